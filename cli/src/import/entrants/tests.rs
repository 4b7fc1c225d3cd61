use super::*;

fn check(csv: &[u8], expected: &str) {
    check_as(csv, Encoding::Utf8, expected);
}

fn check_as(csv: &[u8], encoding: Encoding, expected: &str) {
    let shown = match parse(csv, encoding) {
        Err(error) => error.to_string(),
        Ok(entrants) => {
            let rows: Vec<String> = entrants.rows.iter().map(show).collect();
            format!("{} ignored={:?}", rows.join("; "), entrants.ignored_columns)
        }
    };
    assert_eq!(shown, expected);
}

fn show(row: &EntrantRow) -> String {
    let gender = row.gender.map(|g| format!("{g:?}")).unwrap_or_default();
    let age = row.age.map(|a| a.to_string()).unwrap_or_default();
    format!("{} {} {gender} {age}", row.bib, row.name)
}

#[test]
fn plain_and_with_aliases() {
    check(b"bib,name\n117,Kim", "117 Kim   ignored=[]");
    check(
        b"first,last,sex,age,Bib_#,shoe\nBjorn,Borg,male,37,101,44",
        "101 Bjorn Borg Male 37 ignored=[\"shoe\"]",
    );
    check("bib;name\n7;\"김철수\"".as_bytes(), "7 김철수   ignored=[]");
}

#[test]
fn bom_and_crlf_are_fine() {
    check(b"\xef\xbb\xbfbib,name\r\nW1,Ann\r\n\r\n", "W1 Ann   ignored=[]");
}

#[test]
fn latin_1_is_named_and_can_be_read() {
    let csv = b"bib,name\n1,Ann\n2,Jos\xe9\n";
    check(csv, "line 3, byte 6 (0xE9) is not UTF-8. Save the file as UTF-8, or pass --encoding latin1");
    check_as(csv, Encoding::Latin1, "1 Ann  ; 2 José   ignored=[]");
    check(b"\xff\xfeb\0", "the file is UTF-16 (\"Unicode text\"). Save it as UTF-8");
}

#[test]
fn missing_columns() {
    check(
        b"name,age\nAnn,3",
        "missing column: bib. The heading has: name, age. Needed are bib and name (or first_name and last_name)",
    );
    check(
        b"bib,age\n1,3",
        "missing column: name. The heading has: bib, age. Needed are bib and name (or first_name and last_name)",
    );
    check(b"", "the file is empty. Its first line must name the columns");
    check(b"bib,name\n1", "line 2: 1 columns where the heading has 2. Quote texts that hold the separator");
}

#[test]
fn all_problems_at_once() {
    check(
        b"bib,name,age\n1,Ann,3\n,Bo,4\n1,Cy,5\n2*,Di,6\n3,,7\n12345678901234567,Ed,8\n4,Fy,old",
        "6 problems; nothing was taken
  line 3: no bib. Give every entrant one, or leave the line out
  line 4: bib 1 stands in line 2 already. Give one of them another bib
  line 5: bib 2* holds a *, which stands for an unreadable character
  line 6: bib 3 has no name
  line 7: bib \"12345678\u{2026}\" has 17 characters; a bib has at most 16
  line 8: age \"old\" does not read; write whole years from 0 to 120",
    );
    check(
        b"bib,name\n1,A\x07nn",
        "1 problems; nothing was taken\n  line 2: name holds a control character; type it again",
    );
}
