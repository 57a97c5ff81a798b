# results.awk - reads results.json, or any other JSON, for the awk program that
# follows it, and writes texts as JSON, HTML and CSV have them.
# usage: LC_ALL=C awk -f results.awk -f YOURS.awk results.json...
#
# YOURS.awk works in its BEGIN, and calls for each file
#   read_json(FILE)  reads it: 1, or 0 and `trouble` says in a sentence what is wrong
#   must_read(FILE)  reads it, or prints that sentence and ends with exit status 2
# Then there are, until the next file is read,
#   value[PATH]  a string as it is meant, in UTF-8; a number as it is written;
#                "true", "false" or "null"
#   kind[PATH]   string, number, true, false, null, object or array
#   count[PATH]  of an object or array: how many members it has
# PATH is the keys on the way, and the numbers in arrays, which count from 1:
#   value["score"], count["tests"], value["tests", 3, "id"]
# What is not there is "". A zero byte in a string, half a surrogate pair and a
# key's SUBSEP become U+FFFD; of a key that comes twice the last one counts.
#
# No token is in two lines, so a line is split at its quotes: what has an even
# number is a string, if escaped quotes have been put aside before.

# --- reading

function must_read(file) {
    if (read_json(file))
        return
    print trouble | "cat >&2"
    close("cat >&2")
    exit 2
}

function read_json(file,    line, number, status) {
    split("", value)
    split("", kind)
    split("", count)
    trouble = ""
    json_depth = 0
    json_wanted = "a value"
    while (trouble == "" && (status = (getline line < file)) > 0) {
        number++
        json_line(line)
    }
    close(file)
    if (trouble != "")
        trouble = file ", line " number ": " trouble
    else if (status < 0)
        trouble = file " cannot be read"
    else if (json_wanted != "the end")
        trouble = file " ends where there should be " json_wanted
    return trouble == ""
}

function json_line(line,    parts, n, i) {
    if (line ~ /[\001-\010\013\014\016-\037]/) {
        trouble = "there is a control character"
        return
    }
    if (index(line, "\\")) {
        gsub(/\\\\/, "\001", line)
        gsub(/\\"/, "\002", line)
    }
    n = split(line, parts, "\"")
    if (n > 0 && n % 2 == 0)
        trouble = "a string has no end"
    for (i = 1; i <= n && trouble == ""; i++) {
        if (i % 2 == 0)
            json_token("string", json_text(parts[i]))
        else
            json_plain(parts[i])
    }
}

# json_plain(TEXT): takes the tokens that are no strings.
function json_plain(text,    token) {
    while (trouble == "" && match(text, /[^ \t\r]/)) {
        text = substr(text, RSTART)
        if (!match(text, /^[-+.0-9A-Za-z]+/))
            RLENGTH = 1
        token = substr(text, 1, RLENGTH)
        text = substr(text, RLENGTH + 1)
        if (token ~ /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/)
            json_token("number", token)
        else
            json_token(token ~ /^(true|false|null|[^a-z])$/ ? token : "word", \
                token)
    }
}

# json_token(TYPE, TEXT): what a token means is told by what is wanted there.
function json_token(type, text,    is_key, is_end) {
    is_key = json_wanted ~ /key/
    is_end = type == json_end[json_depth] && json_wanted ~ /end$|comma/
    if (type == "string" && is_key) {
        gsub(SUBSEP, "\357\277\275", text)
        json_key = text
        json_wanted = "a colon"
    } else if (type == ":" && json_wanted == "a colon") {
        json_wanted = "a value"
    } else if (type == "," && json_wanted ~ /comma/) {
        json_wanted = json_end[json_depth] == "}" ? "a key" : "a value"
    } else if (json_depth > 0 && is_end) {
        json_depth--
        json_after_value()
    } else if (type ~ /^(string|number|true|false|null|[[{])$/ && \
        json_wanted ~ /value/) {
        json_value(type, text)
    } else {
        trouble = "there should be " json_wanted ", not " \
            (type == "string" ? "a string" : text)
    }
}

function json_value(type, text,    path) {
    path = json_path[json_depth]
    if (json_depth > 0) {
        count[path]++
        path = (path == "" ? "" : path SUBSEP) \
            (json_end[json_depth] == "}" ? json_key : count[path])
    }
    if (type == "[" || type == "{") {
        kind[path] = type == "{" ? "object" : "array"
        count[path] = 0
        json_path[++json_depth] = path
        json_end[json_depth] = type == "{" ? "}" : "]"
        json_wanted = (type == "{" ? "a key" : "a value") " or its end"
    } else {
        kind[path] = type
        value[path] = text
        json_after_value()
    }
}

function json_after_value() {
    json_wanted = json_depth > 0 ? "a comma or " json_end[json_depth] : "the end"
}

# json_text(TEXT): the string that is meant by what stands between the quotes.
function json_text(text,    out, code, low) {
    if (text ~ /[\t\r]/)
        trouble = "there is a control character in a string"
    while (match(text, /\\u[0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f]/)) {
        out = out json_unescaped(substr(text, 1, RSTART - 1))
        code = json_hex(substr(text, RSTART + 2, 4))
        text = substr(text, RSTART + 6)
        if (code >= 55296 && code < 56320 && \
            text ~ /^\\u[dD][c-fC-F][0-9A-Fa-f][0-9A-Fa-f]/) {
            low = json_hex(substr(text, 3, 4))
            code = 65536 + (code - 55296) * 1024 + low - 56320
            text = substr(text, 7)
        }
        out = out json_utf8(code)
    }
    return out json_unescaped(text)
}

function json_unescaped(text) {
    if (index(text, "\\")) {
        gsub(/\\n/, "\n", text)
        gsub(/\\t/, "\t", text)
        gsub(/\\r/, "\r", text)
        gsub(/\\b/, "\b", text)
        gsub(/\\f/, "\f", text)
        gsub(/\\\//, "/", text)
        if (index(text, "\\"))
            trouble = "there is a backslash before what needs none"
    }
    gsub(/\001/, "\\", text)
    gsub(/\002/, "\"", text)
    return text
}

function json_hex(digits,    i, n) {
    for (i = 1; i <= length(digits); i++)
        n = 16 * n + index("123456789abcdef", tolower(substr(digits, i, 1)))
    return n
}

function json_utf8(code) {
    if (code == 0 || (code >= 55296 && code < 57344))
        code = 65533
    if (code < 128)
        return sprintf("%c", code)
    if (code < 2048)
        return sprintf("%c%c", 192 + int(code / 64), 128 + code % 64)
    if (code < 65536)
        return sprintf("%c%c%c", 224 + int(code / 4096), \
            128 + int(code / 64) % 64, 128 + code % 64)
    return sprintf("%c%c%c%c", 240 + int(code / 262144), \
        128 + int(code / 4096) % 64, 128 + int(code / 64) % 64, 128 + code % 64)
}

# --- writing

# json(TEXT): the text as a JSON string, with its quotes.
function json(text,    i) {
    gsub(/[\\"]/, "\\\\&", text)
    gsub(/\n/, "\\n", text)
    gsub(/\t/, "\\t", text)
    for (i = 1; i < 32 && text ~ /[\001-\037]/; i++)
        gsub(sprintf("%c", i), sprintf("\\u%04x", i), text)
    return "\"" text "\""
}

# markup(TEXT): the text as HTML and XML have it.
function markup(text) {
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    gsub(/>/, "\\&gt;", text)
    gsub(/"/, "\\&quot;", text)
    return text
}

# csv(TEXT): the text as a field of RFC 4180. A spreadsheet would take one that
# begins like a formula for one: an apostrophe before it says that it is text.
function csv(text) {
    if (text ~ /^[-=+@\t\r]/ && text !~ /^-?[0-9]+(\.[0-9]+)?$/)
        text = "'" text
    if (text ~ /[",\r\n]/) {
        gsub(/"/, "\"\"", text)
        text = "\"" text "\""
    }
    return text
}
