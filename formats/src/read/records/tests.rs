use super::*;
use crate::record::{What, When};

/// A record in one line of text.
fn shown(record: &Record) -> String {
    let what = match record.what {
        What::Seen(None) => "seen".to_owned(),
        What::Seen(Some(kind)) => kind.as_str().to_owned(),
        What::Said(code) => code.as_str().to_owned(),
    };
    let when = match record.when {
        None => "-".to_owned(),
        Some(When::Unread) => "?".to_owned(),
        Some(When::Moment { ms, within_ms }) => {
            format!("{}~{within_ms}", jiff::Timestamp::from_millisecond(ms).unwrap())
        }
        Some(When::Local { at, within_ms }) => format!("{at}~{within_ms}"),
        Some(When::OfDay { time, day, month, within_ms }) => {
            let part = |part: Option<i8>| part.map(|part| format!(" {part}")).unwrap_or_default();
            format!("{time}{}{}~{within_ms}", part(day), part(month))
        }
        Some(When::AfterGun { ms, within_ms }) => format!("+{ms}~{within_ms}"),
    };
    let mut text = format!("{} {what} {when}", record.bib);
    record.place.iter().for_each(|place| text.push_str(&format!(" @{place}")));
    if let Some(pacer) = record.with_pacer {
        text.push_str(if pacer { " pacer" } else { " alone" });
    }
    if record.is_stopped {
        text.push_str(" stopped");
    }
    record.source.iter().for_each(|source| text.push_str(&format!(" by {source}")));
    record.note.iter().for_each(|note| text.push_str(&format!(" \"{note}\"")));
    if !record.mark.is_empty() {
        text.push_str(&format!(" [{}]", record.mark));
    }
    text
}

fn lines(report: &Report) -> String {
    let line = |line: &Line| match &line.fate {
        Ok(record) => format!("{}: {}", line.number, shown(record)),
        Err(problem) => format!("{}: ✗ {problem}", line.number),
    };
    report.lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What is read, after being taken for `format`.
fn check(format: Format, text: &str, expected: &str) {
    check_bytes(format, text.as_bytes(), expected);
}

fn check_bytes(format: Format, bytes: &[u8], expected: &str) {
    assert_eq!(Format::detect(bytes, Encoding::Utf8), Some(format), "taken for");
    assert_eq!(lines(&read(bytes, Encoding::Utf8, format)), expected);
}

#[test]
fn names_of_formats() {
    for format in Format::ALL {
        assert_eq!(Format::parse(format.as_str()), Some(format));
    }
    assert_eq!(Format::parse("auto"), None);
    for nothing in ["", "\n\n", "hello", "{}", "[1,2]", "a,b\n1,2\n"] {
        assert_eq!(Format::detect(nothing.as_bytes(), Encoding::Utf8), None, "{nothing:?}");
    }
}

#[test]
fn ost_import_body() {
    check(
        Format::OstJson,
        r#"{"uniqueKey":["enteredTime"],"data":[
            {"type":"raw_time","attributes":{"bibNumber":"4","splitName":"Telluride","subSplitKind":"in",
             "enteredTime":"2023-08-09 09:16:01-06:00","withPacer":"false","stoppedHere":"false","source":"ost-remote-1"}},
            {"type":"raw_time","attributes":{"bib_number":101,"split_name":"Telluride","bitkey":64,
             "entered_time":"2020-08-15 14:09:17-6:00","with_pacer":"true","stopped_here":true,"remarks":"ankle"}},
            {"type":"raw_time","attributes":{"bibNumber":"2*","splitName":"Ouray","enteredTime":"14:09:17"}},
            {"type":"raw_time","attributes":{"bibNumber":"","splitName":"Ouray","enteredTime":"09:mm:ss"}},
            {"type":"raw_time","attributes":{"bibNumber":{"a":[1]},"splitName":"Ouray","enteredTime":"1:02"}},
            {"type":"raw_time","attributes":{"bibNumber":"5","subSplitKind":"sideways","enteredTime":"1:02"}},
            {"type":"raw_time","attributes":{"bibNumber":"5","bitkey":2,"enteredTime":"1:02"}},
            {"type":"raw_time","attributes":{"bibNumber":"5","withPacer":"maybe","enteredTime":"1:02"}},
            {"type":"raw_time","attributes":{"bibNumber":"","splitName":"Ouray"}},
            null]}"#,
        r#"1: 4 in 2023-08-09T15:16:01Z~1000 @Telluride alone by ost-remote-1
2: 101 out 2020-08-15T20:09:17Z~1000 @Telluride pacer stopped "ankle"
3: 2* seen 14:09:17~1000 @Ouray
4: ✗ enteredTime "09:mm:ss" does not read; write 2023-08-09 09:16:01-06:00, or 09:16:01
5: ✗ "{"a":[1]}" is no bib: it begins with a letter, a digit or *, and has only these and - . / _ after it
6: ✗ subSplitKind "sideways" does not read; write in or out
7: ✗ bitkey "2" does not read; write 1 for in, 64 for out
8: ✗ withPacer "maybe" does not read; write true or false
9: ✗ says neither a bib nor a time
10: ✗ is not the JSON of this format: a record is an object with the attributes of a raw time"#,
    );
}

#[test]
fn ost_answers_and_what_is_no_json() {
    // The server's moment stands in where the entered time is a time of day; one that tells a moment wins.
    let answer = |entered: &str, absolute: &str| {
        format!(
            r#"{{"data":[{{"id":"1","type":"raw_times","attributes":{{"id":1,"source":"s","absoluteTime":{absolute},
            "enteredTime":{entered},"bibNumber":"57","lap":1,"splitName":"Aid 1","subSplitKind":"in","stoppedHere":false,
            "withPacer":false,"remarks":null}}}}]}}"#
        )
    };
    let record = "1: 57 in 2026-06-20T15:42:03Z~1000 @Aid 1 alone by s";
    check(Format::OstJson, &answer("\"10:42:03\"", "\"2026-06-20T15:42:03.000Z\""), record);
    check(Format::OstJson, &answer("null", "\"2026-06-20T15:42:03.000Z\""), record);
    check(Format::OstJson, &answer("\"2026-06-20 10:42:03-0500\"", "\"2026-06-20T01:00:00Z\""), record);
    check(Format::OstJson, &answer("\"10:42:03\"", "null"), "1: 57 in 10:42:03~1000 @Aid 1 alone by s");
    // A list without its envelope, a single record, and what is cut off.
    check(
        Format::OstJson,
        r#"[{"bibNumber":"7","splitName":"A","enteredTime":"1:02"}]"#,
        "1: 7 seen 01:02:00~60000 @A",
    );
    check(
        Format::OstJson,
        r#"{"data":{"attributes":{"bibNumber":"7","splitName":"A","enteredTime":"1:02"}}}"#,
        "1: 7 seen 01:02:00~60000 @A",
    );
    let nested = format!("{{\"data\":{}1{}}}", "[".repeat(4_000), "]".repeat(4_000));
    for broken in [r#"{"data":[{"attributes":{"bibNumber":"7""#, nested.as_str()] {
        let report = read(broken.as_bytes(), Encoding::Utf8, Format::OstJson);
        assert!(matches!(report.lines.as_slice(), [Line { fate: Err(Problem::Json(_)), .. }]), "{report:?}");
    }
}

#[test]
fn ost_csv() {
    check(
        Format::OstCsv,
        "\u{feff}splitName,subSplitKind,bibNumber,enteredTime,withPacer,stoppedHere,source\r\n\
         Telluride,in,4,2026-06-16 10:14:22-06:00,false,false,ost-remote-UUID\r\n\
         \"Rolling Pass (Aid2)\",out,00101,2026-06-16 10:14:22 -0600,true,TRUE,\"ost, \"\"2\"\"\"\r\n\
         Telluride,in,=1+1,10:14,,,x\r\n\
         Telluride,in,<b>4</b>,10:14,,,x\r\n\
         \"Telluride,in,4,10:14,,,x\r\n\
         Telluride,in,5,10:14,,,x\r\n",
        "2: 4 in 2026-06-16T16:14:22Z~1000 @Telluride alone by ost-remote-UUID\n\
         3: 00101 out 2026-06-16T16:14:22Z~1000 @Rolling Pass (Aid2) pacer stopped by ost, \"2\"\n\
         4: ✗ \"=1+1\" is no bib: it begins with a letter, a digit or *, and has only these and - . / _ after it\n\
         5: ✗ \"<b>4</b>\" is no bib: it begins with a letter, a digit or *, and has only these and - . / _ after it\n\
         6: ✗ a quote (\") opens here and does not close. Close it, or write \"\" for a quote inside a text\n\
         7: 5 in 10:14:00~60000 @Telluride by x",
    );
    // The fixture's columns, and old Macs' line ends.
    check(
        Format::OstCsv,
        "event_group,bib_number,split_name,bitkey,entered_time,absolute_time,stopped_here,with_pacer,source\r\
         sum,777,Start,1,07:00:00,2018-06-30 13:00:00+00:00,False,False,internal\r\
         sum,114,Start,64,10:00:00,,,,Live Entry (1)",
        "2: 777 in 2018-06-30T13:00:00Z~1000 @Start alone by internal\n\
         3: 114 out 10:00:00~1000 @Start by Live Entry (1)",
    );
    let report = read(b"a,b\n1,2\n", Encoding::Utf8, Format::OstCsv);
    assert_eq!(
        lines(&report),
        "1: ✗ no heading with the columns splitName, bibNumber, enteredTime. Is it the right --format?"
    );
}

#[test]
fn lines_that_are_no_text() {
    let heading = "splitName,bibNumber,enteredTime\n";
    let bytes = [heading.as_bytes(), b"Caf\xe9,7,10:14\nA,8,10:15\nA\0,9,10:16\n"].concat();
    let huge = format!("{}\nA,10,10:17", "x".repeat(1_000_000));
    check_bytes(
        Format::OstCsv,
        &[&bytes, huge.as_bytes()].concat(),
        "2: ✗ byte 4 (0xE9) is not UTF-8. Save the file as UTF-8, or pass --encoding latin1\n\
         3: 8 seen 10:15:00~60000 @A\n\
         4: ✗ holds a zero byte: the file is no plain text. Export it as text\n\
         5: ✗ has 1000000 bytes; a record has at most 65536\n\
         6: 10 seen 10:17:00~60000 @A",
    );
    let latin1 = read(&[heading.as_bytes(), b"Caf\xe9,7,10:14"].concat(), Encoding::Latin1, Format::OstCsv);
    assert_eq!(lines(&latin1), "2: 7 seen 10:14:00~60000 @Café");
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("7\t1:02\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    check_bytes(Format::Paper, &utf16, "1: 7 seen +62000~1000");
}

#[test]
fn race_result() {
    let body = r#"{"Bib":69,"TimingPoint":"Start","ID":162,"Passing":{"UTCTime":"2026-03-01T13:46:42.611-06:00","DeviceID":"D-55570"}}"#;
    let record = "69 seen 2026-03-01T19:46:42.611Z~1 @Start by RACE RESULT D-55570";
    check(Format::RaceResult, body, &format!("1: {record}"));
    check(Format::RaceResult, &format!("[{body},{body}]"), &format!("1: {record}\n2: {record}"));
    check(
        Format::RaceResult,
        &format!(
            "{body}\n{{\"Bib\":1,\n{}\n{{\"Bib\":0,\"TimingPoint\":\"Start\",\"Passing\":{{}}}}",
            body.replace("69", "0")
        ),
        &format!(
            "1: {record}\n\
             2: ✗ is not the JSON of this format: EOF while parsing an object at line 1 column 8\n\
             3: ? seen 2026-03-01T19:46:42.611Z~1 @Start by RACE RESULT D-55570\n\
             4: ✗ UTCTime \"\" does not read; write 2026-03-01T13:46:42.611-06:00"
        ),
    );
}

#[test]
fn winlink() {
    let mail = "Bib report from K7XYZ\n\nFormat: Bib Action Time Day AidStation\n-----------\n\
                130\tIN\t1149\t13\tCH\n00101 out 905 13 Copper Hill\n15\tDROP\t0007\t14\tCH\n\
                7\tINN\t1150\t13\tCH\n8\tIN\t2560\t13\tCH\n9\tIN\t1150\t32\tCH\n----------\nClaimed Entry Count: 9\n73\n";
    check(
        Format::Winlink,
        mail,
        "5: 130 in 11:49:00 13~60000 @CH\n\
         6: 00101 out 09:05:00 13~60000 @Copper Hill\n\
         7: 15 dnf 00:07:00 14~60000 @CH\n\
         8: ✗ action \"INN\" does not read; write IN, OUT or DROP\n\
         9: ✗ time \"2560\" does not read; write four digits, as 1149\n\
         10: ✗ day \"32\" does not read; write the day of the month",
    );
    let report = read(mail.as_bytes(), Encoding::Utf8, Format::Winlink);
    assert_eq!((report.claimed, report.lines.len(), report.prose), (Some(9), 6, 3));
}

#[test]
fn lonesome() {
    check(
        Format::Lonesome,
        "Antero here\nRunner #15 Joe Schmoe 2245 in 2253 out w/pacer\nRunner #101 Jessica Schmoe 21:59 in\n\
         #7 Ann 0010 out\nDrop #71 2310 Ann Lee at St Elmo\nRunner #9 Bob\nDrop #72 Ann Lee\nRunner #8 Bo 2575 in",
        "2: 15 in 22:45:00~60000\n\
         2: 15 out 22:53:00~60000 pacer\n\
         3: 101 in 21:59:00~60000\n\
         4: 7 out 00:10:00~60000\n\
         5: 71 dnf 23:10:00~60000 @St Elmo \"Ann Lee\"\n\
         6: ✗ does not read; write Runner #15 Joe Schmoe 2245 in 2253 out, or Drop #15 2310 Joe Schmoe at Antero\n\
         7: ✗ time \"Ann\" does not read; write four digits, as 2310\n\
         8: ✗ time \"2575\" does not read; write four digits, as 2245",
    );
}

#[test]
fn ultra_tracker() {
    check(
        Format::UltraTracker,
        "Bear 100,3-hardware,incremental-export\nindex,sent,bibId,timeIn,timeOut,dnfType,dnfStation,note\n\
         1,1,8,09:27:00 23 Aug,09:31:10 23 Aug,,,has a cold, and no gloves\n\
         2,1,9,08:00:00 01 Jan 2026,,medical,3-hardware,knee\n3,0,10,,,,,\n4,0,11,27:00:00 23 Aug,,,,",
        "3: 8 in 09:27:00 23 8~1000 @3-hardware \"has a cold, and no gloves\"\n\
         3: 8 out 09:31:10 23 8~1000 @3-hardware\n\
         4: 9 in 2026-01-01T08:00:00~1000 @3-hardware\n\
         4: 9 dnf 2026-01-01T08:00:00~1000 @3-hardware \"medical, knee\"\n\
         5: ✗ says neither a bib nor a time\n\
         6: ✗ timeIn \"27:00:00 23 Aug\" does not read; write 09:27:00 23 Aug, with the year or without",
    );
    // A later version has other names, and its titles below the heading.
    check(
        Format::UltraTracker,
        "Index,Sent,BibId,TimeIn,TimeOut,DropReason,DropStation,Note\nBear 100,3-hardware,full-export,,,,,\n\
         1,1,101,08:00:00 01 Jan 2026,,,,\n",
        "3: 101 in 2026-01-01T08:00:00~1000 @3-hardware",
    );
    check(
        Format::UltraTrackerDrops,
        "stationId,bibId,dnfType,dnfDateTime,note\n2-leatham-hollow,8,withdrew,09:27:00 23 Aug,DNF Seq:8 -m\n\
         4-righthand-fork,343,timeout,19:15:00 23 Aug,\n5-temple-fork,88,withdrew,,DNF Lost:SAR Active\n\
         5-temple-fork,?,withdrew,20:30:00 23 Aug,\n",
        "2: 8 dnf 09:27:00 23 8~1000 @2-leatham-hollow \"withdrew, DNF Seq:8 -m\"\n\
         3: 343 otl 19:15:00 23 8~1000 @4-righthand-fork \"timeout\"\n\
         4: 88 dnf - @5-temple-fork \"withdrew, DNF Lost:SAR Active\"\n\
         5: ✗ bibId \"?\" does not read; write whose it is",
    );
    check(
        Format::UltraTrackerDns,
        "stationId,bibId,dnsDateTime,note\n0-start-line,332,06:00:00 23 Aug,Changed to DNS\n",
        "2: 332 dns 06:00:00 23 8~1000 @0-start-line \"Changed to DNS\"",
    );
    check(
        Format::HamResults,
        "Runner,Date,Time,Notes\n\"AS 2:LEH to 2:LEH - Bib8\",\"9/23/22\",\"9:27 am\",\"DNF Seq:8 -m\"\n\
         \"Leg 0:STA to 1:LOP - Bib332\",\"9/23/22\",\"12:03 pm\",\"Changed to DNS\"\n\
         \"AS 2:LEH to 2:LEH - Bib9\",\"13/23/22\",\"9:27 am\",\"DNF\"\n\"Bib9\",\"9/23/22\",\"9:27 am\",\"DNF\"\n",
        "2: 8 dnf 2022-09-23T09:27:00~60000 @2:LEH \"DNF Seq:8 -m\"\n\
         3: 332 dns 2022-09-23T12:03:00~60000 @0:STA \"Changed to DNS\"\n\
         4: ✗ Date and Time \"13/23/22 9:27 am\" does not read; write 9/23/22 and 9:27 am\n\
         5: ✗ Runner \"Bib9\" does not read; write AS 2:LEH to 2:LEH - Bib8",
    );
}

#[test]
fn paper() {
    check(
        Format::Paper,
        "# sheet 2\nbib\ttime\n62\t6:48\n63\t7:30 # Missed on phone\n?\t7:14\n72\t?\n105\t?\t4\n36\t4:18:32\t4\n\
         1261104\t8:01\n?\t?\n7\t61\n7\t6:75\n7 8\t6:48\n00101\t1:02:03.5\t\n=SUM(A1)\t7:00\n7\t7:00\tx\n7",
        "3: 62 seen +408000~1000\n\
         4: 63 seen +450000~1000 \"Missed on phone\"\n\
         5: ? seen +434000~1000\n\
         6: 72 seen ?\n\
         7: 105 seen ? [leg 4]\n\
         8: 36 seen +15512000~1000 [leg 4]\n\
         9: 1261104 seen +481000~1000\n\
         10: ✗ says neither a bib nor a time\n\
         11: ✗ time \"61\" does not read; write h:mm:ss or mm:ss after the gun, or ?\n\
         12: ✗ time \"6:75\" does not read; write h:mm:ss or mm:ss after the gun, or ?\n\
         13: ✗ bib \"7 8\" holds a space; scan one bib at a time\n\
         14: 00101 seen +3723500~100\n\
         15: ✗ \"=SUM(A1)\" is no bib: it begins with a letter, a digit or *, and has only these and - . / _ after it\n\
         16: ✗ leg \"x\" does not read; write its number\n\
         17: ✗ does not read; write bib, tab, h:mm:ss or mm:ss after the gun (? for what nobody read); # begins a remark",
    );
    let report = read(b"7\t9:16:01\n#15\t9:16 pm # W\n8\t2310\n9\t25:00", Encoding::Utf8, Format::PaperClock);
    assert_eq!(
        lines(&report),
        "1: 7 seen 09:16:01~1000\n\
         2: 15 seen 21:16:00~60000 \"W\"\n\
         3: 8 seen 23:10:00~60000\n\
         4: ✗ time \"25:00\" does not read; write a time of day, as 9:16:01, or ?"
    );
}

#[test]
fn splits() {
    check(
        Format::Splits,
        "bib,checkpoint,kind,time\nW1,arch,,0:00:01.5\n2,Arch,out,1970-01-01T00:00:02Z\n3,,dns,\n4,k1,pass,0:01\n5,k1,in,noon\n",
        "2: W1 in +1500~100 @arch\n\
         3: 2 out 1970-01-01T00:00:02Z~1000 @Arch\n\
         4: 3 dns -\n\
         5: ✗ kind \"pass\" does not read; write in, out, dns, dnf, dsq or otl\n\
         6: ✗ time \"noon\" does not read; write 2025-04-06T09:12:31+09:00, or 0:12:31 since the gun",
    );
    check(
        Format::OstElapsed,
        "first_name,last_name,bib_number,Start,Aid 1 In,Aid 1 Out,Finish\nJim,Baker,510,0:00:00,2:58:00,,16:45:00\n\
         Ann,Lee,,0:00:00,1:00:00,,\nBo,Li,7,0:00:00,x,3:00:00,\n",
        "2: 510 seen +0~1000 @Start\n\
         2: 510 seen +10680000~1000 @Aid 1 In\n\
         2: 510 seen +60300000~1000 @Finish\n\
         3: ✗ bib_number \"\" does not read; write whose times they are\n\
         4: 7 seen +0~1000 @Start\n\
         4: ✗ time \"x\" does not read; write h:mm:ss since the start\n\
         4: 7 seen +10800000~1000 @Aid 1 Out",
    );
}

#[test]
fn offsets_and_times_as_they_are_met() {
    let moment = |text: &str| match when(text) {
        Some(When::Moment { ms, .. }) => jiff::Timestamp::from_millisecond(ms).unwrap().to_string(),
        other => format!("{other:?}"),
    };
    for text in [
        "2020-08-15 14:09:17-6:00",
        "2020-08-15 14:09:17-06:00",
        "2020-08-15T14:09:17 -0600",
        "2020-08-15 14:09:17-600",
        "2020-08-15 14:09:17-6",
        "2020-08-15 14:09:17−06:00",
        "2020-08-15 20:09:17Z",
        "2020-08-15 20:09:17 UTC",
        "2020-08-16 01:39:17+05:30",
        "2020-08-16 01:39:17 +530",
    ] {
        assert_eq!(moment(text), "2020-08-15T20:09:17Z", "{text}");
    }
    for text in [
        "2020-08-15 14:09:17-6:0",
        "2020-08-15 14:09:17-99",
        "2020-08-15 14:09:17+06:60",
        "2020-02-30 14:09:17Z",
        "2020-08-15",
        "2020-08-15 24:00:00",
        "24:00",
        "12:60",
        "1",
        "12345",
        "12:00:60",
        "13:00 pm",
        "0:10 am",
        "09:27:00 32 Aug",
        "09:27:00 Aug Aug",
        "09:27:00 23 Au",
        "09:27:00 30 Feb 2024",
        "noon",
        "",
        "-1:00",
        "1:02:03.",
        "10:00 1 Jan 24",
        "９:16",
    ] {
        assert_eq!(when(text), None, "{text}");
    }
    for (text, expected) in
        [("2245", "22:45"), ("0:05", "00:05"), ("916", "09:16"), ("12:05 am", "00:05"), ("12:05pm", "12:05")]
    {
        let time = expected.parse().unwrap();
        assert_eq!(
            when(text),
            Some(When::OfDay { time, day: None, month: None, within_ms: 60_000 }),
            "{text}"
        );
    }
}
