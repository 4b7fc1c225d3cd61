use super::*;

fn check(csv: &str, expected: &str) {
    let shown = match parse(csv.as_bytes(), 1_000_000) {
        Err(error) => error.to_string(),
        Ok(rows) => rows
            .iter()
            .map(|r| format!("{} {:?} {:?} {:?}", r.bib, r.checkpoint, r.kind, r.time_ms))
            .collect::<Vec<_>>()
            .join("; "),
    };
    assert_eq!(shown, expected);
}

#[test]
fn splits() {
    check(
        "bib,checkpoint,kind,time\nW1,arch,,0:00:01.5\n2,Arch,out,1970-01-01T00:00:02Z\n3,,dns,\n4,x,in,12:00",
        "W1 Some(\"arch\") In Some(1001500); 2 Some(\"Arch\") Out Some(2000); 3 None Dns None; \
         4 Some(\"x\") In Some(1720000)",
    );
}

#[test]
fn refused() {
    check(
        "bib,kind,time\n1,in,0:01",
        "missing column: checkpoint. The heading has: bib, kind, time. Needed are bib, checkpoint, kind, time",
    );
    check(
        "bib,checkpoint,kind,time\n,a,in,0:01\n1,a,pass,0:01\n2,a,in,noon\n3,a,in,",
        "4 problems; nothing was taken
  line 2: no bib
  line 3: kind \"pass\" is none of in, out, dns, dnf, dsq, otl
  line 4: time \"noon\" does not read. Write 2025-04-06T09:12:31+09:00, or 0:12:31 since the start
  line 5: a scan needs a checkpoint and a time",
    );
}

#[test]
fn each_bad_row_is_named() {
    check(
        "bib,checkpoint,kind,time\n1,a\n12345678901234567,a,in,0:01\n2,a,IN,-0:00:01\n3,a,in,0:61\n4,a,Dnf,0:01.\n5,,in,0:01",
        "6 problems; nothing was taken
  line 2: 2 columns where the heading has 4. Quote texts that hold the separator
  line 3: bib \"12345678\u{2026}\" has 17 characters; a bib has at most 16
  line 4: time \"-0:00:01\" does not read. Write 2025-04-06T09:12:31+09:00, or 0:12:31 since the start
  line 5: time \"0:61\" does not read. Write 2025-04-06T09:12:31+09:00, or 0:12:31 since the start
  line 6: time \"0:01.\" does not read. Write 2025-04-06T09:12:31+09:00, or 0:12:31 since the start
  line 7: a scan needs a checkpoint and a time",
    );
}

#[test]
fn what_is_no_file_of_splits() {
    check("", "the file is empty. Its first line must name the columns");
    let error = parse(b"bib,checkpoint,kind,time\n1,Caf\xe9,in,0:01", 0).unwrap_err();
    assert_eq!(error.to_string(), "line 2, byte 6 (0xE9) is not UTF-8. Save the file as UTF-8");
    let error = parse(b"\xff\xfeb\0", 0).unwrap_err();
    assert_eq!(error.to_string(), "the file is UTF-16 (\"Unicode text\"). Save it as UTF-8");
}

#[test]
fn the_example_in_the_document_reads() {
    let document = include_str!("../../../../docs/race-file.md");
    let csv = document.split("## Splits").nth(1).unwrap().split("```csv\n").nth(1).unwrap();
    check(
        csv.split("```").next().unwrap(),
        "117 Some(\"start\") In Some(1004200); 117 Some(\"Arch\") In Some(3711500); \
         W1 Some(\"arch\") Out Some(1743944400000); 118 None Dns None",
    );
}
