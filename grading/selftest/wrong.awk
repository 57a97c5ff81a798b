# wrong.awk - takes wrongN.txt apart: a folder work/ID for each record with a file
# for each field, the edits as replace1, with1, replace2, ...; and work/ids, in order.
# usage: awk -f wrong.awk -v work=FOLDER wrongN.txt...

function fail(what) {
    print FILENAME ": " id ": " what >"/dev/stderr"
    exit 2
}

function end_field() {
    edits += field == "replace"
    if (field == "replace" || field == "with")
        field = field edits
    if (field in fields)
        fail("a second " field)
    if (field != "")
        fields[field] = text
    field = ""
}

function take(line) {
    if (sub(/^  \| ?/, "", line)) {
        text = text separator line
    } else {
        end_field()
        field = text = line
        if (!sub(/:.*/, "", field) || field !~ known)
            fail("no field: " line)
        sub(/^[a-z]*: ?/, "", text)
    }
    separator = text == "" && line ~ /:$/ ? "" : "\n"
}

function check(    i) {
    if (id !~ /^[a-z0-9-]+$/ || id in ids)
        fail("no proper id, or used twice")
    if (!("wrong" in fields && "fails" in fields))
        fail("a field is missing")
    for (i = 1; i == 1 || i <= edits; i++)
        if (!("replace" i in fields && "with" i in fields))
            fail("replace or with is missing")
}

function save(    name) {
    ids[id]
    print id >(work "/ids")
    system("mkdir " work "/" id)
    for (name in fields) {
        printf "%s", fields[name] >(work "/" id "/" name)
        close(work "/" id "/" name)
    }
}

BEGIN {
    RS = ""
    FS = "\n"
    known = "^(id|wrong|replace|with|fails|may)$"
}

{
    split("", fields)
    edits = 0
    for (i = 1; i <= NF; i++)
        if ($i !~ /^#/)
            take($i)
    end_field()
    id = fields["id"]
    if (edits > 0 || id != "") {
        fields["phase"] = substr(FILENAME, length(FILENAME) - 4, 1)
        check()
        save()
    }
}
