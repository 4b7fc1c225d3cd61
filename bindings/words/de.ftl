### Posten = wo die Helfer stehen, Eintrag = ein Durchgang einer Person, Startnummer = die Nummer auf der Brust.

## Screens and what all of them have

app_name = Bibtrail
screen_join = Mitmachen
screen_record = Erfassen
screen_checkpoint = Mein Posten
screen_corrections = Korrekturen
screen_devices = Telefone
screen_close_out = Schließen
screen_settings = Einstellungen
common_cancel = Abbrechen
common_save = Speichern
permission_camera = Die Kamera liest Startnummern und Beitrittscodes. Bilder werden nicht aufbewahrt.
permission_local_network = Telefone am Posten teilen ihre Einträge miteinander, ohne Internet.
notification_sync = Einträge werden mit anderen Telefonen geteilt

## Join

join_explain = Scanne den Code auf dem Plakat oder auf dem Telefon der Postenleitung.
join_scan = Code scannen
join_paste = Code eintippen
join_name = Dein Name
join_checkpoint = Dein Posten
join_confirm = Beim Rennen mitmachen

## Record

record_bib_empty = Nummer
record_bib_label = Startnummer { $bib }
record_in = REIN
record_out = RAUS
record_in_label = { $count ->
    [one] Rein. Bisher { $count } Person
   *[other] Rein. Bisher { $count } Personen
}
record_out_label = { $count ->
    [one] Raus. Bisher { $count } Person
   *[other] Raus. Bisher { $count } Personen
}
record_time_now = Zeit jetzt, Nummer später
record_times_waiting = { $times ->
    [one] { $times } Zeit ohne Nummer
   *[other] { $times } Zeiten ohne Nummer
}
record_add_bib = Nummer ergänzen
record_scan = Nummern scannen
record_scan_stop = Kamera schließen
record_torch = Licht
record_camera_denied = Die Kamera ist nicht erlaubt. Erlaube sie in den Einstellungen des Telefons.
record_pacer = Mit Begleitung
record_undo = Rückgängig
record_delete = Letzte Ziffer löschen
record_clear = Nummer löschen
record_locked = Gesperrt. Zum Entsperren gedrückt halten.

## My checkpoint

checkpoint_inside = Jetzt hier
checkpoint_dropped = Ausgestiegen, noch hier
checkpoint_expected = Kommen als Nächste
checkpoint_missing = Vermisst
checkpoint_nobody = Niemand

## Corrections

corrections_empty = Noch nichts erfasst
corrections_change_bib = Nummer ändern
corrections_void = Streichen
corrections_restore = Zurückholen
corrections_runner = Wer läuft
corrections_review = Bitte ansehen
corrections_accept = Ja, das stimmt
corrections_sure = Noch einmal tippen: ja
corrections_dismiss = Es ist gut so

## Phones

devices_sync = Jetzt teilen
devices_stop = Anhalten
devices_nearby = In der Nähe
devices_nobody = Kein Telefon in Sicht. Geht ins selbe WLAN oder in denselben Hotspot, oder nehmt Codes oder eine Datei.
devices_show_code = Codes zeigen
devices_read_code = Codes lesen
devices_send_file = Datei senden
devices_open_file = Datei öffnen
devices_held = Auf wie vielen Telefonen
devices_address = Adresse
devices_hotspot = Hotspot einschalten

## Close

close_explain = Wenn niemand mehr kommt, schließt du den Posten gemeinsam mit der Rennleitung.
close_last_bib = Nummer der letzten Person
close_sweepers = Die Schlussläufer sind durch
close_confirm = Posten schließen
close_still_to_come = Kommen noch
close_code = Code
close_ask = Fragen, wer noch kommt
close_answer = Ja, diese Liste stimmt
close_reopen = Wieder öffnen

## Settings

settings_text_size = Schriftgröße
settings_text_normal = Normal
settings_text_large = Groß
settings_text_largest = Am größten
settings_theme = Farben
settings_theme_system = Wie das Telefon
settings_theme_white = Weiß, für die Sonne
settings_theme_black = Schwarz, für die Nacht
settings_wet_lock = Sperre gegen nasses Glas
settings_keep_awake = Bildschirm anlassen
settings_sounds = Töne
settings_vibration = Vibration
settings_version = Version { $version }

## Warnings beside a scan: none of them refuses it

warning_time_only = Zeit gespeichert. Ergänze die Nummer, sobald du kannst.
warning_unsure_bib = { $bib } ist nicht ganz gelesen. Bitte prüfen.
warning_unknown_bib = { $bib } steht nicht auf der Liste. Trotzdem gespeichert.
warning_shared_bib = { $entrants ->
    [one] { $bib } gehört { $entrants } Person.
   *[other] { $bib } gehört { $entrants } Personen. Notiere, wer es war.
}
warning_seen_before = { $bib } wurde hier vor { $ago } erfasst. Noch einmal gespeichert.
warning_did_not_start = { $bib } gilt als nicht gestartet. Schau noch einmal hin.
warning_dropped = { $bib } gilt als ausgestiegen. Sag es der Rennleitung.
warning_dropped_at = { $bib } gilt als ausgestiegen bei { $place }. Sag es der Rennleitung.
warning_disqualified = { $bib } gilt als disqualifiziert.
warning_over_time = { $bib } gilt als über dem Zeitlimit.
warning_off_course = { $bib } läuft { $course }, und die Strecke führt hier nicht vorbei.
warning_not_approved = Dieses Telefon ist noch nicht zugelassen. Deine Einträge bleiben und zählen, sobald es so weit ist.
warning_not_on_disk = Noch nicht sicher auf diesem Telefon. Lass die App offen.

## What the camera read

scan_bib = Startnummer { $bib }
scan_unsure = Startnummer { $bib }? Bitte prüfen.
scan_join_code = Beitrittscode für { $race }
scan_other_race = Nummer { $bib } aus einem anderen Rennen
scan_moving_code = Codes eines anderen Telefons. Halte still.
scan_damaged = Der Code ist beschädigt. Tippe die Nummer ein.
scan_newer = Der Code ist von einer neueren App. Aktualisiere diese.
scan_unreadable = Das ist keine Startnummer.

## The last entry

badge_recorded = { $bib } erfasst
badge_recorded_named = { $bib } { $name } erfasst
badge_time_only = Zeit erfasst, noch ohne Nummer
badge_kept = { $bib } behalten, noch nicht sicher auf diesem Telefon
badge_undone = { $bib } rückgängig gemacht
badge_announce = { $bib } { $way }, { $time }

## Ways, roles, states

way_in = rein
way_out = raus
role_pending = wartet auf Zulassung
role_volunteer = Helfer
role_captain = Postenleitung
role_director = Rennleitung
role_revoked = nicht mehr zugelassen
state_contested = Widersprüchlich
state_overdue = Überfällig
state_unknown = Nicht bekannt
state_on_course = Auf der Strecke
state_inside = An einem Posten
state_dropped = Ausgestiegen
state_not_started = Noch nicht gestartet
state_collected = Abgeholt
state_safe = In Sicherheit
state_finished = Im Ziel
state_did_not_start = Nicht gestartet
runner_due = Bei { $place } gegen { $likely }
runner_late = Bei { $place } { $late } zu spät
runner_last_seen = Zuletzt gesehen bei { $place }, { $time }
runner_waits_for = Nicht bekannt, bevor { $place } meldet
runner_unentered = Nicht auf der Liste

## How many copies, and how old our knowledge is

held_nobody_else = Nur auf diesem Telefon
held_devices = { $devices ->
    [one] Auf { $devices } Telefon
   *[other] Auf { $devices } Telefonen
}
pending_none = Alles geteilt
pending_waiting = { $scans ->
    [one] { $scans } Eintrag zu teilen
   *[other] { $scans } Einträge zu teilen
}
stale_never = Nie etwas gehört
stale_now = Auf dem neuesten Stand
stale_ago = Vor { $ago } gehört
stale_closed = Geschlossen
met_never = Nie getroffen
met_ago = Vor { $ago } getroffen
lacks_nothing = Hat alles
lacks_operations = { $operations ->
    [one] Ihm fehlt { $operations } Eintrag
   *[other] Ihm fehlen { $operations } Einträge
}

## Notices

notice_unconfirmed = { $scans ->
    [one] { $scans } Eintrag ist noch nicht sicher auf diesem Telefon. Lass die App offen.
   *[other] { $scans } Einträge sind noch nicht sicher auf diesem Telefon. Lass die App offen.
}
notice_disk_full = Das Telefon ist voll. Mach weiter, die Einträge bleiben sichtbar. Schaff jetzt Platz.
notice_disk_low = Nur noch { $megabytes } MB frei. Schaff bald Platz.
notice_battery_low = Akku bei { $percent } %. Jetzt teilen, dann laden.
notice_not_approved = Wartet auf Zulassung. Erfasse ruhig weiter.
notice_revoked = Dieses Telefon ist für dieses Rennen nicht mehr zugelassen. Sprich mit der Rennleitung.
notice_new_key = Dieses Telefon hat ein neues Protokoll begonnen. Bitte die Postenleitung, es zuzulassen.
notice_mended = Die Einträge waren beschädigt und sind repariert. Nichts zu tun.
notice_clock_off = Diese Uhr geht um { $off } falsch. Die Zeiten werden berichtigt.
notice_no_settings = Die Angaben zum Rennen fehlen noch. Teile mit einem anderen Telefon.
notice_newer_app = Manche Einträge brauchen eine neuere App. Sie bleiben und werden weitergegeben.
notice_no_checkpoint = Wähle zuerst deinen Posten.

## Clocks

clock_reference = Das Rennen geht nach dieser Uhr
clock_within = Uhr auf { $within } genau
clock_alone = Uhr noch nicht verglichen

## Sharing

sync_going = Teilt: { $received } herein, { $sent } hinaus
sync_same = Beide haben alles: { $received } herein, { $sent } hinaus
sync_not_same = Es fehlen noch Einträge: { $received } herein, { $sent } hinaus
sync_failed = Abgebrochen. Was kam, bleibt. Versuch es noch einmal.
sync_refused_here = { $parts ->
    [one] { $parts } Teil wurde hier nicht angenommen
   *[other] { $parts } Teile wurden hier nicht angenommen
}
sync_refused_there = { $parts ->
    [one] { $parts } Teil wurde dort nicht angenommen
   *[other] { $parts } Teile wurden dort nicht angenommen
}
sync_forked = Ein Telefon wurde kopiert. Alle Einträge bleiben. Sag es der Rennleitung.
frames_have = { $have } von { $need } Codes gelesen

## Closing a checkpoint

closing_open = Offen
closing_asked = Die Rennleitung will schließen. Code { $code }
closing_contested = Posten und Rennleitung sagen Verschiedenes
closing_stale = Inzwischen hat sich etwas geändert. Vergleicht noch einmal.
closing_waiting = { $runners ->
    [one] { $runners } Person kommt noch
   *[other] { $runners } Personen kommen noch
}
closing_name_last = Wer kam als Letzter?
closing_sweepers = Sind die Schlussläufer durch?
closing_ready = Kann geschlossen werden
closing_closed = Geschlossen
closing_closed_stale = Geschlossen, aber seither geändert

## What became of runners, and corrections

correction_void = Gestrichen
correction_corrected = Berichtigt
correction_proposal = Vorgeschlagen, noch nicht angenommen
correction_copied = Übernommen von { $source }

## What may be said of a runner

act_dropped_here = Hier ausgestiegen
act_back_in_race = Wieder im Rennen
act_safe_here = Hier in Sicherheit

## What wants a look

finding_station_off = Die Uhr dieses Postens widerspricht allen anderen
finding_proposed = Das sagt jemand, der es nicht entscheiden darf
finding_after_drop = Nach dem Ausstieg gesehen
finding_seen_though_dns = Gesehen, obwohl nicht gestartet
finding_two_places = An zwei Orten zugleich
finding_out_before_in = Raus vor rein
finding_twice_here = Zweimal an diesem Posten
finding_impossible = In dieser Zeit nicht möglich
finding_off_course = Nicht auf der eigenen Strecke
finding_unknown_bib = Nicht auf der Liste
finding_unsure_bib = Nummer nicht ganz gelesen
finding_no_bib = Zeit ohne Nummer
finding_too_fast = Sehr schnell
finding_too_slow = Sehr langsam
finding_shared_bib = Zwei Personen mit einer Nummer
finding_same_person = Doppelt gemeldet
finding_contested = Zwei Leute sagen Verschiedenes
finding_missed = Davor und danach gesehen, hier nicht

## Failures

error_no_replica = Noch kein Rennen auf diesem Telefon. Mach bei einem mit.
error_exists = Dieses Rennen ist schon auf diesem Telefon.
error_closed = Das Rennen ist hier geschlossen. Öffne die App neu.
error_disk_full = Das Telefon ist voll. Schaff Platz.
error_disk = Das Telefon kann gerade nicht speichern. Entsperre es und versuch es noch einmal.
error_damaged = Die Einträge sind beschädigt. Öffne die App neu, dann werden sie repariert.
error_newer_app = Das ist von einer neueren App. Aktualisiere diese.
error_bad_bib = Das ist keine Startnummer.
error_bad_ticket = Dieser Beitrittscode gilt nicht. Bitte um einen neuen.
error_other_race = Das gehört zu einem anderen Rennen.
error_no_checkpoint = Wähle zuerst deinen Posten.
error_not_found = Das gibt es hier nicht.
error_not_allowed = Deine Rolle erlaubt das nicht. Frag die Postenleitung.
error_invalid = Das ergibt keinen Sinn. Bitte prüfen.
error_link = Die Verbindung brach ab. Was kam, bleibt. Versuch es noch einmal.
error_refused = Das andere Telefon lässt dieses nicht zu.
error_interrupted = Angehalten.
error_host = Das Telefon hat nicht geantwortet. Versuch es noch einmal.
error_panic = Das war unser Fehler. Deine Einträge sind sicher. Bitte melde es.
