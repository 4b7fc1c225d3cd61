//! Plays a script: each line is what one phone does at one moment. The words are described in `docs/phones.md`.

use std::{collections::BTreeMap, fs, sync::Arc};

use bibtrail_bindings::{
    CoreError,
    frames::FrameTake,
    keypad::{KeyPad, PadKey, press},
    race::{Amendment, Entry, JoinRequest, Race, StatusWord},
    screen::{ClosingAct, RunnerAct, Way},
};

use crate::{
    fixture::folder,
    host::{Keys, SetClock},
    tell,
};

/// One phone of the script.
struct Phone {
    name: String,
    folder: tempfile::TempDir,
    clock: Arc<SetClock>,
    keys: Arc<Keys>,
    race: Option<Race>,
    last: String,
}

/// All of them.
#[derive(Default)]
pub(crate) struct Stage {
    phones: BTreeMap<String, Phone>,
    tickets: BTreeMap<String, String>,
}

/// What the script's lines lead to, each below its line.
pub(crate) fn play(script: &str) -> String {
    let mut stage = Stage::default();
    let tickets = fs::read_to_string(folder().join("tickets.txt")).unwrap();
    let named = tickets.lines().filter_map(|line| line.split_once(' '));
    stage.tickets = named.map(|(name, link)| (name.to_owned(), link.to_owned())).collect();
    let mut told = String::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let said = stage.play(&words).unwrap_or_else(|error| vec![format!("error {}", name_of(&error))]);
        told.push_str(&format!("> {}\n", words.join(" ")));
        said.iter().for_each(|line| told.push_str(&format!("{}\n", line.trim_end())));
    }
    told
}

/// The variant, in small letters.
pub(crate) fn name_of(error: &CoreError) -> String {
    let debug = format!("{error:?}");
    tell::word(std::fmt::from_fn(|f| f.write_str(debug.split(' ').next().unwrap_or_default())))
}

impl Phone {
    fn race(&self) -> &Race {
        self.race.as_ref().unwrap()
    }

    fn record(&mut self, bib: &str, way: Way) -> Result<Vec<String>, CoreError> {
        let entry = Entry { bib: bib.to_owned(), way, checkpoint: None, at: None, with_pacer: None };
        let badge = self.race().record(entry)?;
        self.last.clone_from(&badge.scan);
        Ok(tell::badge(&badge))
    }

    fn screen(&self, name: &str) -> Result<Vec<String>, CoreError> {
        let race = self.race();
        Ok(match name {
            "record" => tell::record(&race.record_screen()?),
            "checkpoint" => tell::checkpoint(&race.checkpoint_screen(None)?),
            "corrections" => tell::corrections(&race.corrections_screen(8, None)?),
            "devices" => tell::devices(&race.devices_screen()?),
            "closing" => tell::closing(&race.closing_screen(None)?),
            "review" => tell::review(&race.review_screen(None)?),
            other => panic!("{other} is no screen"),
        })
    }

    fn say(&self, verb: &str, args: &[&str]) -> Result<Vec<String>, CoreError> {
        let (race, text) = (self.race(), |n: usize| args[n].to_owned());
        let said = match verb {
            "amend" => {
                let amendment = Amendment { bib: Some(text(0)), ..Amendment::default() };
                race.amend(self.last.clone(), amendment, Some("typed wrong".to_owned()))
            }
            "status" => {
                let word = match args[1] {
                    "dns" => StatusWord::Dns,
                    "dnf" => StatusWord::Dnf,
                    other => panic!("{other} is no status of the script"),
                };
                race.say_status(text(0), word, Some(text(2)), None)
            }
            "say" => {
                let act = match args[1] {
                    "dropped-here" => RunnerAct::DroppedHere,
                    "back-in-race" => RunnerAct::BackInRace,
                    "safe-here" => RunnerAct::SafeHere,
                    other => panic!("{other} is nothing to say of a runner"),
                };
                race.say_of_runner(text(0), act, None)
            }
            "safe" => race.say_safe(text(0), true, text(1), None),
            _ => race.close_step("aid".to_owned(), ClosingAct::Ask, None, None),
        }?;
        Ok(vec![format!("said {} {}", said.operations, said.proposals)])
    }

    fn pad(&mut self, keys: &[&str]) -> Result<Vec<String>, CoreError> {
        let (mut pad, mut said) = (KeyPad::default(), Vec::new());
        for key in keys {
            let step = press(
                pad,
                match *key {
                    "<" => PadKey::Delete,
                    "in" | "out" => PadKey::Record { way: tell::way(key) },
                    character => PadKey::Character { character: character.to_owned() },
                },
            )?;
            said.push(format!(
                "pad {} sound={} haptic={}",
                step.pad.digits,
                tell::word(step.sound),
                tell::word(step.haptic)
            ));
            pad = step.pad;
            if let Some(entry) = step.record {
                said.extend(self.record(&entry.bib, entry.way)?);
            }
        }
        Ok(said)
    }
}

impl Stage {
    fn play(&mut self, words: &[&str]) -> Result<Vec<String>, CoreError> {
        let (name, ms, verb, args) = (words[0], words[1].parse().unwrap(), words[2], &words[3..]);
        self.phones.values().for_each(|phone| phone.clock.set(ms));
        if verb == "join" {
            return self.join(name, ms, args);
        }
        if let "meet" | "carry" | "show" = verb {
            return self.between(name, verb, args[0]);
        }
        let links = self.tickets.clone();
        let phone = self.phones.get_mut(name).unwrap();
        let text = |n: usize| args[n].to_owned();
        Ok(match verb {
            "merge" => {
                let took = phone.race().import_bundle(fs::read(folder().join(args[0])).unwrap())?;
                vec![format!("took {} {} {}", took.new_operations, took.held_operations, took.refused.len())]
            }
            "record" => phone.record(args[0], tell::way(args[1]))?,
            "time" => phone.record("", tell::way(args[0]))?,
            "bib" => tell::badge(&phone.race().give_bib(phone.last.clone(), text(0))?),
            "undo" => tell::badge(&phone.race().undo(phone.last.clone())?),
            "amend" | "status" | "say" | "safe" | "close" => phone.say(verb, args)?,
            "code" => {
                let bytes = links.get(args[0]).map_or_else(|| args[0].as_bytes(), String::as_bytes).to_vec();
                let read = phone.race().read_code(bytes)?;
                vec![format!(
                    "code {} {} tone={} {}",
                    tell::word(read.kind),
                    read.bib,
                    tell::word(read.tone),
                    read.text.line()
                )]
            }
            "pad" => phone.pad(args)?,
            "screen" => phone.screen(args[0])?,
            "sleep" => {
                let rest = phone.race().suspend()?;
                vec![format!("rest {} {}", rest.is_at_rest, rest.unconfirmed)]
            }
            "wake" => phone.race().resume().map(|()| Vec::new())?,
            "restart" => {
                phone.race().shut_down()?;
                phone.race = None;
                let folder = phone.folder.path().to_str().unwrap().to_owned();
                phone.race = Some(Race::open(folder, phone.clock.clone(), phone.keys.clone())?);
                Vec::new()
            }
            "digest" => {
                let over = phone.race().overview()?;
                vec![
                    format!("digest {} {}", over.operations, over.operations_digest),
                    format!("state {}", over.state_digest),
                    format!("log {} {}", over.log, over.own_seq),
                ]
            }
            other => panic!("{other} is no word of the script"),
        })
    }

    fn join(&mut self, name: &str, ms: i64, args: &[&str]) -> Result<Vec<String>, CoreError> {
        let number = u8::try_from(self.phones.len() + 1).unwrap();
        let (clock, keys) = (SetClock::new(name, number), Keys::new(number));
        clock.set(ms);
        let folder = tempfile::tempdir().unwrap();
        let request = JoinRequest {
            folder: folder.path().to_str().unwrap().to_owned(),
            link: self.tickets[args[0]].clone(),
            name: name.to_owned(),
            checkpoint: Some(args[1].to_owned()),
        };
        let race = Race::join(request, clock.clone(), keys.clone())?;
        let log = race.overview()?.log;
        let phone =
            Phone { name: name.to_owned(), folder, clock, keys, race: Some(race), last: String::new() };
        self.phones.insert(name.to_owned(), phone);
        Ok(vec![format!("joined {log}")])
    }

    fn between(&self, from: &str, verb: &str, to: &str) -> Result<Vec<String>, CoreError> {
        let (from, to) = (self.phones[from].race(), &self.phones[to]);
        assert!(to.race.is_some(), "{} has joined", to.name);
        let to = to.race();
        let took = match verb {
            "meet" => return meet(from, to),
            "carry" => to.import_bundle(from.export_bundle()?)?,
            _ => {
                // Every third frame is lost.
                let (show, take) = (from.show_frames()?, FrameTake::new()?);
                let mut n = 0;
                let payload = loop {
                    n += 1;
                    let frame = show.next_frame()?;
                    if n % 3 != 0
                        && let Some(payload) = take.push(frame)?.payload
                    {
                        break payload;
                    }
                };
                to.import_bundle(payload)?
            }
        };
        Ok(vec![format!("took {} {} {}", took.new_operations, took.held_operations, took.refused.len())])
    }
}

/// Two phones meet over a pipe that this owns.
pub(crate) fn meet(from: &Race, to: &Race) -> Result<Vec<String>, CoreError> {
    let (dialling, answering) = (from.begin_sync(None)?, to.answer_sync()?);
    let mut bytes = dialling.receive(Vec::new())?;
    while !bytes.is_empty() {
        let back = answering.receive(bytes)?;
        bytes = dialling.receive(back)?;
    }
    let there = answering.ended()?;
    let here = dialling.state()?;
    Ok(vec![
        format!(
            "here {} over={} same={} tone={}",
            here.text.line(),
            here.is_over,
            here.is_same,
            tell::word(here.tone)
        ),
        format!("there {} over={} same={}", there.text.line(), there.is_over, there.is_same),
    ])
}
