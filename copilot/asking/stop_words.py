"""Words of English and of the trade that never name a data set by themselves."""

_WORDS = """
a after again alert all also am an and any anything are as ask asked asset assets at back bad be
because been before began begin being below best blame break breaks but by calculated call called
can cannot cant chain change checks citations come comes commit commits consumer contact could count
current currently cypher dashboard dashboards data dataset datasets day days delivered depend
dependants dependents diagnose did didnt different display do does doesnt doing done dont down
during each either else empty ever every everything exactly fail fails feed few find fine fire first
fix for from gap gaps get getting give go goes going gone good got gremlin had happen happening
harmed has have having he hello help her here hey hi him his hit hour hours how i if ignore in
incoming info inform information input inputs instructions into is isnt issue it its itself job jobs
just keep know last late lately least less let like list little live long look looking maintain make
many matter maybe me mean might mine minutes month more morning most much must my name need never
new newest next night no none not nothing notify now number numbers oddly of off ok okay old on on-
call oncall once one ongoing only open or other our out over own page path people ping pipeline
pipelines please populate populates previous problem problems produce produces prove proven quick
quickly rca really reasons record records recover red regarding relies rely repair report resolved
revert right roll rolled rollout row rows run runbook running runs safe same say schema see seem
seems sense sent shape she ship short should show sign slo slow so some somebody someone something
soon sorry source sources start state steps still stop stopped stream streams summarise summarize
sure table tables talk team teams tell than thank thanks that the their them then there these they
thing things think this those though through time to today told tomorrow tonight too topic trust
trustworthy try two unclear under unknowns until up update updated updates us usable use used using
version versions very view want wanted warn was we week well went were what whats when where whether
which while who whole whom whos whose why will with without wont would write writes wrote x year yes
yesterday yet you your yours
"""
STOP_WORDS: frozenset[str] = frozenset(_WORDS.split())
