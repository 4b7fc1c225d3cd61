### Poste = là où se tient le bénévole, passage = un enregistrement d'une personne, dossard = son numéro.

## Screens and what all of them have

app_name = Bibtrail
screen_join = Rejoindre
screen_record = Pointer
screen_checkpoint = Mon poste
screen_corrections = Corrections
screen_devices = Téléphones
screen_close_out = Fermer
screen_settings = Réglages
common_cancel = Annuler
common_save = Enregistrer
permission_camera = L’appareil photo lit les dossards et les codes d’accès. Aucune image n’est gardée.
permission_local_network = Les téléphones du poste se partagent leurs passages, sans internet.
notification_sync = Partage des passages avec d’autres téléphones

## Join

join_explain = Scanne le code de l’affiche ou du téléphone de ton responsable.
join_scan = Scanner le code
join_paste = Taper le code
join_name = Ton nom
join_checkpoint = Ton poste
join_confirm = Rejoindre la course

## Record

record_bib_empty = Dossard
record_bib_label = Dossard { $bib }
record_in = ENTRÉE
record_out = SORTIE
record_in_label = { $count ->
    [one] Entrée. { $count } personne jusqu’ici
   *[other] Entrée. { $count } personnes jusqu’ici
}
record_out_label = { $count ->
    [one] Sortie. { $count } personne jusqu’ici
   *[other] Sortie. { $count } personnes jusqu’ici
}
record_time_now = Heure d’abord, dossard ensuite
record_times_waiting = { $times ->
    [one] { $times } heure sans dossard
   *[other] { $times } heures sans dossard
}
record_add_bib = Ajouter le dossard
record_scan = Scanner les dossards
record_scan_stop = Fermer l’appareil photo
record_torch = Lampe
record_camera_denied = L’appareil photo n’est pas autorisé. Autorise-le dans les réglages du téléphone.
record_pacer = Avec accompagnateur
record_undo = Annuler ce passage
record_delete = Effacer le dernier chiffre
record_clear = Effacer le numéro
record_locked = Écran verrouillé. Appui long pour déverrouiller.

## My checkpoint

checkpoint_inside = Ici maintenant
checkpoint_dropped = Abandon, encore ici
checkpoint_expected = Arrivent bientôt
checkpoint_missing = Manquent
checkpoint_nobody = Personne

## Corrections

corrections_empty = Rien d’enregistré pour l’instant
corrections_change_bib = Changer le dossard
corrections_void = Rayer
corrections_restore = Remettre
corrections_runner = Le coureur
corrections_review = À regarder, s’il te plaît
corrections_accept = Oui, c’est juste
corrections_sure = Touchez encore : oui
corrections_dismiss = C’est bien comme ça

## Phones

devices_sync = Partager maintenant
devices_stop = Arrêter
devices_nearby = À proximité
devices_nobody = Aucun téléphone en vue. Rejoins le même Wi-Fi ou le même partage de connexion, ou utilise des codes ou un fichier.
devices_show_code = Montrer des codes
devices_read_code = Lire des codes
devices_send_file = Envoyer un fichier
devices_open_file = Ouvrir un fichier
devices_held = Sur combien de téléphones
devices_address = Adresse
devices_hotspot = Ouvrir un point d’accès

## Close

close_explain = Quand plus personne ne doit venir, ferme le poste avec la direction de course.
close_last_bib = Dossard de la dernière personne
close_sweepers = Les serre-files sont passés
close_confirm = Fermer le poste
close_still_to_come = Encore attendus
close_code = Code
close_ask = Demander qui doit encore venir
close_answer = Oui, cette liste est juste
close_reopen = Rouvrir

## Settings

settings_text_size = Taille du texte
settings_text_normal = Normale
settings_text_large = Grande
settings_text_largest = Très grande
settings_theme = Couleurs
settings_theme_system = Comme le téléphone
settings_theme_white = Blanc, pour le soleil
settings_theme_black = Noir, pour la nuit
settings_wet_lock = Verrou contre l’écran mouillé
settings_keep_awake = Garder l’écran allumé
settings_sounds = Sons
settings_vibration = Vibreur
settings_version = Version { $version }

## Warnings beside a scan: none of them refuses it

warning_time_only = Heure enregistrée. Ajoute le dossard dès que tu peux.
warning_unsure_bib = { $bib } n’est pas lu en entier. Vérifie.
warning_unknown_bib = { $bib } n’est pas sur la liste. Enregistré quand même.
warning_shared_bib = { $entrants ->
    [one] { $bib } est à { $entrants } personne.
   *[other] { $bib } est à { $entrants } personnes. Note qui c’était.
}
warning_seen_before = { $bib } a été enregistré ici il y a { $ago }. Enregistré de nouveau.
warning_did_not_start = { $bib } est noté non partant. Regarde encore une fois.
warning_dropped = { $bib } est noté abandon. Préviens la direction de course.
warning_dropped_at = { $bib } est noté abandon à { $place }. Préviens la direction de course.
warning_disqualified = { $bib } est noté disqualifié.
warning_over_time = { $bib } est noté hors délai.
warning_off_course = { $bib } court { $course }, qui ne passe pas par ici.
warning_not_approved = Ce téléphone n’est pas encore admis. Tes passages sont gardés et compteront dès qu’il le sera.
warning_not_on_disk = Pas encore à l’abri sur ce téléphone. Laisse l’app ouverte.

## What the camera read

scan_bib = Dossard { $bib }
scan_unsure = Dossard { $bib } ? Vérifie.
scan_join_code = Code d’accès à { $race }
scan_other_race = Dossard { $bib } d’une autre course
scan_moving_code = Codes d’un autre téléphone. Ne bouge pas.
scan_damaged = Le code est abîmé. Tape le dossard.
scan_newer = Le code vient d’une app plus récente. Mets celle-ci à jour.
scan_unreadable = Ce n’est pas un dossard.

## The last entry

badge_recorded = { $bib } enregistré
badge_recorded_named = { $bib } { $name } enregistré
badge_time_only = Heure enregistrée, dossard à venir
badge_kept = { $bib } gardé, pas encore à l’abri sur ce téléphone
badge_undone = { $bib } annulé
badge_announce = { $bib } { $way }, { $time }

## Ways, roles, states

way_in = entrée
way_out = sortie
role_pending = en attente d’admission
role_volunteer = bénévole
role_captain = responsable de poste
role_director = direction de course
role_revoked = plus admis
state_contested = Contradictoire
state_overdue = En retard
state_unknown = Inconnu
state_on_course = Sur le parcours
state_inside = À un poste
state_dropped = Abandon
state_not_started = Pas encore parti
state_collected = Pris en charge
state_safe = En sécurité
state_finished = Arrivé
state_did_not_start = Non partant
runner_due = À { $place } vers { $likely }
runner_late = { $late } de retard à { $place }
runner_last_seen = Vu en dernier à { $place }, { $time }
runner_waits_for = Inconnu avant les nouvelles de { $place }
runner_unentered = Pas sur la liste

## How many copies, and how old our knowledge is

held_nobody_else = Seulement sur ce téléphone
held_devices = { $devices ->
    [one] Sur { $devices } téléphone
   *[other] Sur { $devices } téléphones
}
pending_none = Tout est partagé
pending_waiting = { $scans ->
    [one] { $scans } passage à partager
   *[other] { $scans } passages à partager
}
stale_never = Jamais de nouvelles
stale_now = À jour
stale_ago = Nouvelles d’il y a { $ago }
stale_closed = Fermé
met_never = Jamais rencontré
met_ago = Rencontré il y a { $ago }
lacks_nothing = A tout
lacks_operations = { $operations ->
    [one] Il lui manque { $operations } donnée
   *[other] Il lui manque { $operations } données
}

## Notices

notice_unconfirmed = { $scans ->
    [one] { $scans } passage n’est pas encore à l’abri sur ce téléphone. Laisse l’app ouverte.
   *[other] { $scans } passages ne sont pas encore à l’abri sur ce téléphone. Laisse l’app ouverte.
}
notice_disk_full = Le téléphone est plein. Continue : les passages restent à l’écran. Fais de la place.
notice_disk_low = Plus que { $megabytes } Mo sur ce téléphone. Fais bientôt de la place.
notice_battery_low = Batterie à { $percent } %. Partage maintenant, puis recharge.
notice_not_approved = En attente d’admission. Continue à pointer.
notice_revoked = Ce téléphone n’est plus admis dans cette course. Appelle la direction de course.
notice_new_key = Ce téléphone a commencé un nouveau journal. Demande à ton responsable de l’admettre.
notice_mended = Les données étaient abîmées et sont réparées. Rien à faire.
notice_clock_off = Cette horloge se trompe de { $off }. Les heures sont corrigées.
notice_no_settings = Les réglages de la course ne sont pas encore là. Partage avec un autre téléphone.
notice_newer_app = Certaines données demandent une app plus récente. Elles sont gardées et transmises.
notice_no_checkpoint = Choisis d’abord ton poste.

## Clocks

clock_reference = La course suit cette horloge
clock_within = Horloge juste à { $within } près
clock_alone = Horloge pas encore comparée

## Sharing

sync_going = Partage : { $received } reçus, { $sent } envoyés
sync_same = Les deux ont tout : { $received } reçus, { $sent } envoyés
sync_not_same = Il manque encore des données : { $received } reçus, { $sent } envoyés
sync_failed = Interrompu. Ce qui est arrivé est gardé. Réessaie.
sync_refused_here = { $parts ->
    [one] { $parts } partie n’a pas été prise ici
   *[other] { $parts } parties n’ont pas été prises ici
}
sync_refused_there = { $parts ->
    [one] { $parts } partie n’a pas été prise là-bas
   *[other] { $parts } parties n’ont pas été prises là-bas
}
sync_forked = Un téléphone a été copié. Tout est gardé. Préviens la direction de course.
frames_have = { $have } codes lus sur { $need }

## Closing a checkpoint

closing_open = Ouvert
closing_asked = La direction de course demande de fermer. Code { $code }
closing_contested = Le poste et la direction ne disent pas la même chose
closing_stale = Quelque chose a changé depuis. Comparez encore une fois.
closing_waiting = { $runners ->
    [one] { $runners } personne encore attendue
   *[other] { $runners } personnes encore attendues
}
closing_name_last = Qui est passé en dernier ?
closing_sweepers = Les serre-files sont-ils passés ?
closing_ready = Prêt à fermer
closing_closed = Fermé
closing_closed_stale = Fermé, mais quelque chose a changé depuis

## What became of runners, and corrections

correction_void = Rayé
correction_corrected = Corrigé
correction_proposal = Proposé, pas encore accepté
correction_copied = Repris de { $source }

## What may be said of a runner

act_dropped_here = Abandon ici
act_back_in_race = De retour en course
act_safe_here = En sécurité ici

## What wants a look

finding_station_off = L’horloge de ce poste contredit toutes les autres
finding_proposed = Dit par quelqu’un qui ne peut pas en décider
finding_after_drop = Vu après son abandon
finding_seen_though_dns = Vu, mais noté non partant
finding_two_places = À deux endroits à la fois
finding_out_before_in = Sorti avant d’entrer
finding_twice_here = Deux fois à ce poste
finding_impossible = Impossible en si peu de temps
finding_off_course = Pas sur son parcours
finding_unknown_bib = Pas sur la liste
finding_unsure_bib = Dossard pas lu en entier
finding_no_bib = Heure sans dossard
finding_too_fast = Très rapide
finding_too_slow = Très lent
finding_shared_bib = Deux personnes avec un même dossard
finding_same_person = Inscrit deux fois
finding_contested = Deux personnes ne disent pas la même chose
finding_missed = Vu avant et après, pas ici

## Failures

error_no_replica = Pas encore de course sur ce téléphone. Rejoins-en une.
error_exists = Cette course est déjà sur ce téléphone.
error_closed = La course est fermée ici. Rouvre l’app.
error_disk_full = Le téléphone est plein. Fais de la place.
error_disk = Le téléphone ne peut rien enregistrer. Déverrouille-le et réessaie.
error_damaged = Les données sont abîmées. Rouvre l’app pour les réparer.
error_newer_app = Cela vient d’une app plus récente. Mets celle-ci à jour.
error_bad_bib = Ce n’est pas un dossard.
error_bad_ticket = Ce code d’accès ne marche pas. Demandes-en un nouveau.
error_other_race = Cela appartient à une autre course.
error_no_checkpoint = Choisis d’abord ton poste.
error_not_found = Cela n’est pas ici.
error_not_allowed = Ton rôle ne le permet pas. Demande à ton responsable.
error_invalid = Cela n’a pas de sens. Vérifie.
error_link = La liaison a été coupée. Ce qui est arrivé est gardé. Réessaie.
error_refused = L’autre téléphone n’accepte pas celui-ci.
error_interrupted = Arrêté.
error_host = Le téléphone n’a pas répondu. Réessaie.
error_panic = C’est notre faute. Tes passages sont à l’abri. Signale-le, s’il te plaît.
