//! What posters say, in the languages that races have names in.
//!
//! Invariant: English is always there; another language only where all of its words are.

use bibtrail_core::{op::Role, race::RaceSetup};

/// The words of a poster in one language.
pub(crate) struct Words {
    /// The language's tag, as the race file writes it.
    pub(crate) tag: &'static str,
    /// What the poster is for.
    pub(crate) title: &'static str,
    /// What to do, in order.
    pub(crate) steps: [&'static str; 3],
    volunteer: &'static str,
    captain: &'static str,
    pending: &'static str,
}

impl Words {
    pub(crate) fn role(&self, role: Role) -> &'static str {
        match role {
            Role::Captain | Role::Director => self.captain,
            Role::Volunteer => self.volunteer,
            Role::Pending => self.pending,
        }
    }
}

/// English first.
pub(crate) const WORDS: [Words; 6] = [
    Words {
        tag: "en",
        title: "Join this checkpoint",
        steps: [
            "Open Bibtrail on your phone. No network is needed.",
            "Choose Join and point the camera at the code.",
            "Check that the name above is where you stand, and begin to record bibs.",
        ],
        volunteer: "volunteer",
        captain: "captain",
        pending: "counts when the captain approves",
    },
    Words {
        tag: "ko",
        title: "이 기록지점에 참가하기",
        steps: [
            "휴대전화에서 Bibtrail을 여십시오. 망은 필요 없습니다.",
            "‘참가’를 누르고 카메라를 코드에 맞추십시오.",
            "위의 이름이 자기가 선 지점인지 확인하고 번호를 기록하십시오.",
        ],
        volunteer: "기록원",
        captain: "책임자",
        pending: "책임자가 승인하면 인정됩니다",
    },
    Words {
        tag: "zh",
        title: "加入本记录点",
        steps: [
            "在手机上打开 Bibtrail，无需网络。",
            "选择“加入”，将摄像头对准二维码。",
            "确认上方名称是您所在的地点，然后开始记录号码。",
        ],
        volunteer: "志愿者",
        captain: "负责人",
        pending: "经负责人批准后生效",
    },
    Words {
        tag: "es",
        title: "Únase a este control",
        steps: [
            "Abra Bibtrail en su teléfono. No hace falta red.",
            "Elija Unirse y apunte la cámara al código.",
            "Compruebe que el nombre de arriba es su puesto y empiece a anotar dorsales.",
        ],
        volunteer: "voluntario",
        captain: "responsable",
        pending: "cuenta cuando el responsable lo aprueba",
    },
    Words {
        tag: "fr",
        title: "Rejoindre ce point de contrôle",
        steps: [
            "Ouvrez Bibtrail sur votre téléphone. Aucun réseau n’est nécessaire.",
            "Choisissez Rejoindre et visez le code avec l’appareil photo.",
            "Vérifiez que le nom ci-dessus est votre poste, puis notez les dossards.",
        ],
        volunteer: "bénévole",
        captain: "responsable",
        pending: "compte dès que le responsable approuve",
    },
    Words {
        tag: "de",
        title: "An diesem Posten mitmachen",
        steps: [
            "Bibtrail auf dem Telefon öffnen. Ein Netz ist nicht nötig.",
            "Beitreten wählen und die Kamera auf den Code richten.",
            "Prüfen, ob oben der eigene Posten steht, und Startnummern erfassen.",
        ],
        volunteer: "Helfer",
        captain: "Postenchef",
        pending: "zählt, sobald der Postenchef zustimmt",
    },
];

/// All that a poster says in the languages of a race: what fonts are looked for by.
#[must_use]
pub fn words_for(setup: &RaceSetup) -> String {
    let checkpoints = setup.checkpoints.iter().flat_map(|checkpoint| checkpoint.names.keys());
    let words = for_tags(setup.names.keys().chain(checkpoints).map(String::as_str));
    let all = |words: &&'static Words| {
        [words.title, words.volunteer, words.captain, words.pending].into_iter().chain(words.steps)
    };
    words.iter().flat_map(all).collect()
}

/// English, and those languages of `tags` that have words: `ko` for `ko-KP` too.
pub(crate) fn for_tags<'a>(tags: impl Iterator<Item = &'a str> + Clone) -> Vec<&'static Words> {
    let is_wanted = |words: &&Words| {
        let mut primary = tags.clone().map(|tag| tag.split('-').next().unwrap_or(tag));
        words.tag == "en" || primary.any(|tag| tag.eq_ignore_ascii_case(words.tag))
    };
    WORDS.iter().filter(is_wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::for_tags;

    #[test]
    fn languages() {
        let tags = |tags: &[&str]| {
            for_tags(tags.iter().copied()).iter().map(|words| words.tag).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(tags(&[]), "en");
        assert_eq!(tags(&["de-AT", "xx", "ko-KP", "en"]), "en ko de");
    }
}
