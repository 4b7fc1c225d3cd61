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
    let legs: String = row.legs.iter().map(|leg| format!(" /{leg}")).collect();
    format!("{} {} {gender} {age}{legs}", row.bib, row.name)
}

#[test]
fn plain_and_with_aliases() {
    check(b"bib,name\n117,Kim", "117 Kim   ignored=[]");
    check(
        b"first,last,sex,age,Bib_#,shoe\nBjorn,Borg,male,37,101,44",
        "101 Bjorn Borg Male 37 ignored=[\"shoe\"]",
    );
    check(b"bib,name,legs\n9,The Hares,Ann; Bob ;;Cy", "9 The Hares   /Ann /Bob /Cy ignored=[]");
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
    check(
        b"bib,name\n1",
        "1 problem; nothing was taken\n  line 2: 1 columns where the heading has 2. Quote texts that hold the separator",
    );
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
        "1 problem; nothing was taken\n  line 2: name holds a control character; type it again",
    );
}

#[test]
fn every_problem_of_a_row_and_ragged_rows_too() {
    check(
        b"bib,name,age,start\n1,Ann,old,noon\n1,Bo,4,\n2,Cy\n3,\"D\ny\",\"4\n2\",\n,,,\n",
        "6 problems; nothing was taken
  line 2: age \"old\" does not read; write whole years from 0 to 120
  line 2: start \"noon\" does not read; write 2025-04-06T09:00:00+09:00
  line 3: bib 1 stands in line 2 already. Give one of them another bib
  line 4: 2 columns where the heading has 4. Quote texts that hold the separator
  line 5: name holds a control character; type it again
  line 5: age \"4\\n2\" does not read; write whole years from 0 to 120",
    );
    check(
        b"bib,name\n1\x07,Ann\n2 3,Bo",
        "2 problems; nothing was taken
  line 2: bib \"1\\u{7}\" holds a control character (U+0007); type or scan it again
  line 3: bib \"2 3\" holds a space; scan one bib at a time",
    );
}

#[test]
fn ten_problems_are_shown() {
    let csv = format!("bib,name\n{}", ",Ann\n".repeat(12));
    let shown: String = (2..12)
        .map(|line| format!("\n  line {line}: no bib. Give every entrant one, or leave the line out"))
        .collect();
    check(csv.as_bytes(), &format!("12 problems; nothing was taken{shown}\n  and 2 more"));
}

#[test]
fn an_open_quote_swallows_nobody() {
    let expected =
        "opens here and does not close before a separator. Close it, or write \"\" for a quote inside a text";
    check(b"bib,name,note\n1,Ann,\"oops\n2,Bo,x\n3,Cy,y\n", &format!("line 2: a quote (\") {expected}"));
    check(b"bib,name,note\n1,Ann,\"oops\n2,Bo,\"x\"\n", &format!("line 2: a quote (\") {expected}"));
    check(b"bib,name\n1,\"Ann \"\"A\"\" Lee\"\n2,Bo 5'10\"\n", "1 Ann \"A\" Lee  ; 2 Bo 5'10\"   ignored=[]");
}

#[test]
fn lines_are_counted_as_an_editor_does() {
    let expected = "1 problem; nothing was taken\n  line 5: bib 1 stands in line 2 already. Give one of them another bib";
    check(b"bib,name\n1,Ann\n\n\n1,Bo\n", expected);
    check(b"bib,name\r\n1,Ann\r\n\r\n\r\n1,Bo\r\n", expected);
    check(b"bib,name\r1,Ann\r\r\r1,Bo\r", expected);
    check(b"\nbib;name\n1;Ann\n", "1 Ann   ignored=[]");
    check(
        b"bib,name\r1,Jos\xe9\r",
        "line 2, byte 6 (0xE9) is not UTF-8. Save the file as UTF-8, or pass --encoding latin1",
    );
}

#[test]
fn the_plainest_name_of_a_column_wins() {
    check(b"number,bib,name\n44,1,Ann", "1 Ann   ignored=[\"number\"]");
    check(b"BIB NO.\tFamily Name\tFirst Name\t\n1\tLee\tAnn\t", "1 Ann Lee   ignored=[]");
}

#[test]
fn years_of_birth() {
    let year = |text: &str| match parse(format!("bib,name,dob\n1,Ann,{text}").as_bytes(), Encoding::Utf8) {
        Ok(entrants) => entrants.rows[0].birth_year,
        Err(_) => None,
    };
    assert_eq!(
        ["1984", "1984-05-31", "1984/05/31"].map(year),
        [Some(1984); 3],
        "a year, alone or at the head of a date"
    );
    assert_eq!(["19845", "1984-99-99", "31/05/1984", "85"].map(year), [None; 4], "nothing is guessed");
}

#[test]
fn what_is_no_plain_text() {
    let expected =
        "the file is no plain text (a spreadsheet's own format, perhaps). Export it as text in UTF-8";
    for encoding in [Encoding::Utf8, Encoding::Latin1] {
        check_as(b"PK\x03\x04\x14\0\x06\0", encoding, expected);
        check_as(b"b\0i\0b\0,\0", encoding, expected);
    }
    check_as(b"\xef\xbb\xbfbib,name\n1,Jos\xe9", Encoding::Latin1, "1 Jos\u{e9}   ignored=[]");
}

#[test]
fn the_example_in_the_document_reads() {
    let document = include_str!("../../../../docs/race-file.md");
    let csv = document.split("## Entrants").nth(1).unwrap().split("```csv\n").nth(1).unwrap();
    check(
        csv.split("```").next().unwrap().as_bytes(),
        "117 Kim Un Ok Female 29; W1 Ann Lee Female  ignored=[]",
    );
}
