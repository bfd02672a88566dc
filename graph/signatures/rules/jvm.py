"""Java and Scala: what any JVM tool throws."""

from ..rule import rule

RULES = (
    rule("OOM", "outofmemoryerror|java heap space|gc overhead limit", r"metasp(?:ac|c)e", "=metaspace"),
    rule("OOM", "outofmemoryerror", r"direct buffer memory", "=direct_memory"),
    rule("OOM", "outofmemoryerror", r"unable to create (?:new )?native thread", "=native_thread"),
    rule(
        "UNKNOWN_ENUM",
        "values accepted for enum",
        r"value of type [`']?(?P<field>[\w.$]+)[`']? from String \"(?P<value>[^\"\n]{1,64})\": (?:value )?not one of",
        "field",
        "value",
    ),
    rule(
        "INVALID_CAST",
        "cannot deserialize",
        r"cannot deserialize (?:value|instance) of (?:type )?[`']?(?P<type>[\w.$]{1,100})[`'<]?.{0,200}? (?:from|out of)",
        "=VALUE",
        "type",
    ),
    rule(
        "UNEXPECTED_FIELD", "unrecognized field", r"unrecognized field \"(?P<field>[\w.-]{1,100})\"", "field"
    ),
    rule(
        "MISSING_FIELD",
        "expecting",
        r"found [\w.]+, expecting [\w.]+, missing required field (?P<field>\w+)",
        "field",
    ),
    rule(
        "TYPE_MISMATCH",
        "expecting",
        r"AvroTypeException: found (?P<old>[\w.]+), expecting (?P<new>[\w.]+)",
        "pair",
    ),
    rule(
        "NULL_REF",
        'nullpointerexception|because the return value of|because "<local',
        r"NullPointerException(?:: cannot invoke \"(?P<cls>[\w.$]+)\.\w+\()?|because \"",
        "frame_or_cls",
    ),
    rule(
        "MISSING_METHOD",
        "nosuchmethoderror|noclassdeffounderror",
        r"(?:NoSuchMethodError: '?(?:[\w.$\[\]]{1,200} )?|NoClassDefFoundError: )scala[./]",
        "=scala_version",
    ),
    rule(
        "MISSING_CLASS",
        "load class",
        r"(?:failed to|cannot) load class (?P<cls>(?:[a-z]\w*\.)+[\w$]+)",
        "cls",
    ),
    rule(
        "MISSING_CLASS",
        "classnotfoundexception|noclassdeffounderror|could not initialize class|class not found",
        r"(?:ClassNotFoundException|NoClassDefFoundError|could not initialize class)(?:: |:? ?)(?:could not initialize class |class )?(?P<cls>[\w.$/]+)",
        "cls",
    ),
    rule(
        "MISSING_CLASS", "class", r"\bclass (?P<cls>(?:[a-z_]\w{0,60}\.){1,12}[\w$]{1,80}) not found", "cls"
    ),
    rule(
        "MISSING_METHOD",
        "nosuchmethoderror|nosuchmethodexception|nosuchfielderror|abstractmethoderror",
        r"(?:NoSuchMethod(?:Error|Exception)|NoSuchFieldError|AbstractMethodError): (?:'[\w.$\[\]]+ )?(?P<word>[\w.$]+?)(?:\(|$|\s|')",
        "word",
    ),
    rule(
        "VERSION_MISMATCH",
        "unsupportedclassversionerror|class file version",
        r"UnsupportedClassVersion|class file version",
        "=java",
    ),
    rule("INVALID_CAST", "numberformatexception", r"NumberFormatException", "=VALUE", "=NUMERIC"),
    rule(
        "TYPE_MISMATCH",
        "cannot be cast to",
        r"(?P<cls_a>[\w.$]+) cannot be cast to (?:class )?(?P<cls_b>[\w.$]+)",
        "cls_a",
        "cls_b",
    ),
    rule("INDEX_ERROR", "indexoutofbounds", r"\w*IndexOutOfBounds\w*", "exception", "frame"),
    rule("DIVIDE_BY_ZERO", "arithmeticexception: / by zero", r"/ by zero"),
    rule("MISSING_METHOD", "unsatisfiedlinkerror", r"UnsatisfiedLinkError", "=native_library"),
    rule(
        "SERIALIZATION_ERROR",
        "notserializableexception",
        r"NotSerializableException: (?P<cls>[\w.$]+)",
        "cls",
    ),
    rule(
        "SERIALIZATION_ERROR",
        "invalidclassexception",
        r"InvalidClassException",
        "=class_version",
    ),
    rule("RECURSION_LIMIT", "stackoverflowerror", r"StackOverflowError", "frame"),
)

# What no table knows is a file that is not there.
FILES = (
    rule(
        "PATH_NOT_FOUND",
        "filenotfoundexception",
        r"FileNotFoundException: (?:(?:file|no such file or directory|file does not exist):? )?(?P<lower>[a-z][a-z0-9]{1,8}(?<!file)):/",
        "lower",
    ),
    rule(
        "PATH_NOT_FOUND",
        "filenotfoundexception|nosuchfileexception",
        r"FileNotFoundException|NoSuchFileException",
        "=local",
    ),
)
