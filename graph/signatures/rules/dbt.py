"""dbt: failures of its own; a database's error inside is the database's."""

from ..rule import name, rule

RULES = (
    rule(
        "TABLE_NOT_FOUND",
        "depends on a node named|depends on model",
        r"depends on (?:a (?:node|source) named|model) ['\"`]?\{?(?P<table>[\w.-]{1,200})",
        "=dbt_node",
        "table",
    ),
    rule(
        "TABLE_NOT_FOUND",
        "is not in the graph",
        r"depends on ['\"`](?P<table>[\w.-]{1,200})['\"`] which is not in the graph",
        "=dbt_node",
        "table",
    ),
    rule(
        "TABLE_NOT_FOUND",
        "depends on a source named",
        rf"depends on a source named {name('table')}",
        "=dbt_source",
        "table",
    ),
    rule(
        "SCHEMA_MISMATCH",
        "contract enforcement|enforced contract|has an enforced contract",
        r"enforced contract that failed|contract enforcement",
        "=dbt_contract",
    ),
    rule(
        "SCHEMA_MISMATCH",
        "on_schema_change|source and target schemas on this incremental model are out of sync",
        r"schemas on this incremental model are out of sync",
        "=dbt_incremental",
    ),
    rule(
        "CONFIG_ERROR",
        "env var required but not provided",
        rf"env var required but not provided:? {name('word')}",
        "=env_var",
        "word",
    ),
    rule(
        "CONFIG_ERROR",
        "could not find profile|profiles.yml|no dbt_project.yml",
        r"(?P<lower>could not find profile|no dbt_project.yml|profiles\.yml)",
        "lower",
    ),
    rule("CONFIG_ERROR", "required var", rf"required var {name('word')}", "=dbt_var", "word"),
    rule("CONFIG_ERROR", "does not have a target named", r"does not have a target named", "=dbt_target"),
    rule(
        "DUPLICATE",
        "dbt found two",
        rf"dbt found two \w+ with the name {name('table')}",
        "=dbt_resource",
        "table",
    ),
    rule("DUPLICATE", "dbt found two", r"dbt found two (?P<lower>\w+)", "=dbt_resource", "lower"),
    rule(
        "VERSION_MISMATCH",
        "this version of dbt is not supported",
        rf"this version of dbt is not supported with the {name('word')}",
        "=dbt",
        "word",
    ),
    rule(
        "CONFIG_ERROR",
        "could not find profile",
        rf"could not find profile named {name('word')}",
        "=dbt_profile",
        "word",
    ),
    rule("ERROR", "found a cycle", r"found a cycle", "=dbt_cycle"),
    rule("UNDEFINED_NAME", "is undefined", rf"{name('field')}['\"`]? is undefined", "field"),
    rule(
        "COMPILATION_ERROR",
        "unexpected end of template|encountered unknown tag|expected token|missing end of comment",
        r"(?P<lower>unexpected end of template|unknown tag '?\w+|expected token|missing end of comment)",
        "lower",
    ),
    rule(
        "CONFIG_ERROR",
        "is not valid under any of the given schemas",
        r"at path \['?(?P<word>\w+)",
        "=dbt_project",
        "word",
    ),
    rule(
        "STALE_SOURCE",
        "freshness",
        r"(?:ERROR|WARN) STALE|freshness.{0,60}(?:error|warn|stale|exceed)|freshness (?:check )?failed",
    ),
    rule(
        "MISSING_MODULE",
        "could not find adapter type|no module named 'dbt.adapters.",
        rf"(?:could not find adapter type |no module named 'dbt\.adapters\.){name('word')}",
        "=dbt_adapter",
        "word",
    ),
    rule("TEST_FAILED", "configured to fail if", r"\d+ results?, configured to fail if", "=rows"),
)
