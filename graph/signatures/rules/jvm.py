"""Java and Scala: what any JVM tool throws."""

from ..rule import rule

RULES = (
    rule("OOM", "outofmemoryerror|java heap space|gc overhead limit", r"metaspace", "=metaspace"),
    rule("OOM", "outofmemoryerror", r"direct buffer memory", "=direct_memory"),
    rule("OOM", "outofmemoryerror", r"unable to create (?:new )?native thread", "=native_thread"),
    rule("NULL_REF", "nullpointerexception|because the return value of|because \"<local",
         r"NullPointerException(?:: cannot invoke \"(?P<cls>[\w.$]+)\.\w+\()?|because \"", "frame"),
    rule("MISSING_CLASS", "classnotfoundexception|noclassdeffounderror|could not initialize class|class not found",
         r"(?:ClassNotFoundException|NoClassDefFoundError|could not initialize class)(?:: |:? ?)(?:could not initialize class )?(?P<cls>[\w.$/]+)", "cls"),
    rule("MISSING_METHOD", "nosuchmethoderror|nosuchmethodexception|nosuchfielderror|abstractmethoderror",
         r"(?:NoSuchMethod(?:Error|Exception)|NoSuchFieldError|AbstractMethodError): (?:'[\w.$\[\]]+ )?(?P<word>[\w.$]+?)(?:\(|$|\s|')", "word"),
    rule("VERSION_MISMATCH", "unsupportedclassversionerror|class file version", r"UnsupportedClassVersion|class file version", "=java"),
    rule("INVALID_CAST", "numberformatexception", r"NumberFormatException", "=VALUE", "=NUMERIC"),
    rule("TYPE_MISMATCH", "cannot be cast to", r"class (?P<old_q>[\w.$\[;]+) cannot be cast to (?:class )?(?P<new_q>[\w.$]+)", "=cast", "cls_pair"),
    rule("TYPE_MISMATCH", "cannot be cast to", r"(?P<cls_a>[\w.$]+) cannot be cast to (?:class )?(?P<cls_b>[\w.$]+)", "cls_a", "cls_b"),
    rule("INDEX_ERROR", "indexoutofbounds", r"\w*IndexOutOfBounds\w*", "exception", "frame"),
    rule("DIVIDE_BY_ZERO", "arithmeticexception: / by zero", r"/ by zero"),
    rule("PATH_NOT_FOUND", "filenotfoundexception|nosuchfileexception", r"FileNotFoundException|NoSuchFileException", "=jvm"),
    rule("MISSING_METHOD", "unsatisfiedlinkerror", r"UnsatisfiedLinkError", "=native_library"),
    rule("SERIALIZATION_ERROR", "notserializableexception", r"NotSerializableException: (?P<cls>[\w.$]+)", "cls"),
    rule("SERIALIZATION_ERROR", "invalidclassexception", r"InvalidClassException: (?P<cls>[\w.$]+)", "=class_version", "cls"),
    rule("RECURSION_LIMIT", "stackoverflowerror", r"StackOverflowError", "frame"),
)
