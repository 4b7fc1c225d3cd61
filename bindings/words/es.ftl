### Puesto = donde está el voluntario, registro = un paso de una persona, dorsal = su número.

## Screens and what all of them have

app_name = Bibtrail
screen_join = Unirse
screen_record = Registrar
screen_checkpoint = Mi puesto
screen_corrections = Correcciones
screen_devices = Teléfonos
screen_close_out = Cerrar
screen_settings = Ajustes
common_cancel = Cancelar
common_save = Guardar
permission_camera = La cámara lee dorsales y códigos de acceso. No se guarda ninguna imagen.
permission_local_network = Los teléfonos del puesto comparten sus registros entre sí, sin internet.
notification_sync = Compartiendo registros con otros teléfonos

## Join

join_explain = Escanea el código del cartel o del teléfono de tu responsable.
join_scan = Escanear el código
join_paste = Escribir el código
join_name = Tu nombre
join_checkpoint = Tu puesto
join_confirm = Unirse a la carrera

## Record

record_bib_empty = Dorsal
record_bib_label = Dorsal { $bib }
record_in = ENTRA
record_out = SALE
record_in_label = { $count ->
    [one] Entra. { $count } persona hasta ahora
   *[other] Entra. { $count } personas hasta ahora
}
record_out_label = { $count ->
    [one] Sale. { $count } persona hasta ahora
   *[other] Sale. { $count } personas hasta ahora
}
record_time_now = Hora ahora, dorsal después
record_times_waiting = { $times ->
    [one] { $times } hora sin dorsal
   *[other] { $times } horas sin dorsal
}
record_add_bib = Añadir el dorsal
record_scan = Escanear dorsales
record_scan_stop = Cerrar la cámara
record_torch = Luz
record_camera_denied = La cámara no está permitida. Permítela en los ajustes del teléfono.
record_pacer = Con acompañante
record_undo = Deshacer
record_delete = Borrar la última cifra
record_clear = Borrar el número
record_locked = Pantalla bloqueada. Mantén pulsado para desbloquear.

## My checkpoint

checkpoint_inside = Ahora aquí
checkpoint_dropped = Retirado, aún aquí
checkpoint_expected = Llegan pronto
checkpoint_missing = Faltan
checkpoint_nobody = Nadie

## Corrections

corrections_empty = Todavía no hay registros
corrections_change_bib = Cambiar el dorsal
corrections_void = Tachar
corrections_restore = Recuperar
corrections_runner = El corredor
corrections_review = Míralo, por favor
corrections_accept = Sí, es correcto
corrections_sure = Toca otra vez: sí
corrections_dismiss = Está bien así

## Phones

devices_sync = Compartir ahora
devices_stop = Parar
devices_nearby = Cerca
devices_nobody = Ningún teléfono a la vista. Usa la misma Wi-Fi o el mismo punto de acceso, o códigos, o un archivo.
devices_show_code = Mostrar códigos
devices_read_code = Leer códigos
devices_send_file = Enviar un archivo
devices_open_file = Abrir un archivo
devices_held = En cuántos teléfonos
devices_address = Dirección
devices_hotspot = Abrir un punto de acceso

## Close

close_explain = Cuando ya no falte nadie, cierra el puesto junto con la dirección de carrera.
close_last_bib = Dorsal de la última persona
close_sweepers = Ya pasaron los escoba
close_confirm = Cerrar el puesto
close_still_to_come = Faltan por llegar
close_code = Código
close_ask = Preguntar quién falta
close_answer = Sí, esta lista es correcta
close_reopen = Volver a abrir

## Settings

settings_text_size = Tamaño del texto
settings_text_normal = Normal
settings_text_large = Grande
settings_text_largest = Muy grande
settings_theme = Colores
settings_theme_system = Como el teléfono
settings_theme_white = Blanco, para el sol
settings_theme_black = Negro, para la noche
settings_wet_lock = Bloqueo contra cristal mojado
settings_keep_awake = Pantalla siempre encendida
settings_sounds = Sonidos
settings_vibration = Vibración
settings_version = Versión { $version }

## Warnings beside a scan: none of them refuses it

warning_time_only = Hora guardada. Añade el dorsal cuando puedas.
warning_unsure_bib = { $bib } no se leyó entero. Compruébalo.
warning_unknown_bib = { $bib } no está en la lista. Guardado igualmente.
warning_shared_bib = { $entrants ->
    [one] { $bib } es de { $entrants } persona.
   *[other] { $bib } es de { $entrants } personas. Anota quién era.
}
warning_seen_before = { $bib } ya se registró aquí hace { $ago }. Guardado otra vez.
warning_did_not_start = { $bib } figura como no salido. Míralo otra vez.
warning_dropped = { $bib } figura como retirado. Avisa a la dirección de carrera.
warning_dropped_at = { $bib } figura como retirado en { $place }. Avisa a la dirección de carrera.
warning_disqualified = { $bib } figura como descalificado.
warning_over_time = { $bib } figura como fuera de tiempo.
warning_off_course = { $bib } corre { $course }, que no pasa por aquí.
warning_not_approved = Este teléfono aún no está admitido. Tus registros se guardan y contarán cuando lo esté.
warning_not_on_disk = Aún no está a salvo en este teléfono. Deja la app abierta.

## What the camera read

scan_bib = Dorsal { $bib }
scan_unsure = ¿Dorsal { $bib }? Compruébalo.
scan_join_code = Código para unirse a { $race }
scan_other_race = Dorsal { $bib } de otra carrera
scan_moving_code = Códigos de otro teléfono. No te muevas.
scan_damaged = El código está dañado. Escribe el dorsal.
scan_newer = El código es de una app más nueva. Actualiza esta.
scan_unreadable = Esto no es un dorsal.

## The last entry

badge_recorded = { $bib } registrado
badge_recorded_named = { $bib } { $name } registrado
badge_time_only = Hora registrada, sin dorsal aún
badge_kept = { $bib } guardado, aún no a salvo en este teléfono
badge_undone = { $bib } deshecho
badge_announce = { $bib } { $way }, { $time }

## Ways, roles, states

way_in = entra
way_out = sale
role_pending = pendiente de admisión
role_volunteer = voluntario
role_captain = responsable de puesto
role_director = dirección de carrera
role_revoked = ya no admitido
state_contested = Contradictorio
state_overdue = Con retraso
state_unknown = No se sabe
state_on_course = En el recorrido
state_inside = En un puesto
state_dropped = Retirado
state_not_started = Sin salir aún
state_collected = Recogido
state_safe = A salvo
state_finished = En meta
state_did_not_start = No salió
runner_due = En { $place } hacia las { $likely }
runner_late = { $late } de retraso en { $place }
runner_last_seen = Visto por última vez en { $place }, { $time }
runner_waits_for = No se sabe hasta que informe { $place }
runner_unentered = No está en la lista

## How many copies, and how old our knowledge is

held_nobody_else = Solo en este teléfono
held_devices = { $devices ->
    [one] En { $devices } teléfono
   *[other] En { $devices } teléfonos
}
pending_none = Todo compartido
pending_waiting = { $scans ->
    [one] { $scans } registro por compartir
   *[other] { $scans } registros por compartir
}
stale_never = Nunca hubo noticias
stale_now = Al día
stale_ago = Noticias de hace { $ago }
stale_closed = Cerrado
met_never = Sin encuentros
met_ago = Último encuentro hace { $ago }
lacks_nothing = Lo tiene todo
lacks_operations = { $operations ->
    [one] Le falta { $operations } dato
   *[other] Le faltan { $operations } datos
}

## Notices

notice_unconfirmed = { $scans ->
    [one] { $scans } registro aún no está a salvo en este teléfono. Deja la app abierta.
   *[other] { $scans } registros aún no están a salvo en este teléfono. Deja la app abierta.
}
notice_disk_full = El teléfono está lleno. Sigue: los registros quedan en pantalla. Haz sitio ahora.
notice_disk_low = Solo quedan { $megabytes } MB en este teléfono. Haz sitio pronto.
notice_battery_low = Batería al { $percent } %. Comparte ahora y luego carga.
notice_not_approved = Pendiente de admisión. Sigue registrando.
notice_revoked = Este teléfono ya no está admitido en esta carrera. Habla con la dirección de carrera.
notice_new_key = Este teléfono empezó un diario nuevo. Pide a tu responsable que lo admita.
notice_mended = Los datos estaban dañados y ya están reparados. No hay que hacer nada.
notice_clock_off = Este reloj se equivoca en { $off }. Las horas se corrigen.
notice_no_settings = Aún no están los datos de la carrera. Comparte con otro teléfono.
notice_newer_app = Algunos datos piden una app más nueva. Se guardan y se pasan.
notice_no_checkpoint = Elige primero tu puesto.

## Clocks

clock_reference = La carrera sigue este reloj
clock_within = Reloj exacto a { $within }
clock_alone = Reloj aún sin comparar

## Sharing

sync_going = Compartiendo: { $received } recibidos, { $sent } enviados
sync_same = Los dos lo tienen todo: { $received } recibidos, { $sent } enviados
sync_not_same = Aún faltan datos: { $received } recibidos, { $sent } enviados
sync_failed = Se cortó. Lo que llegó queda guardado. Prueba otra vez.
sync_refused_here = { $parts ->
    [one] { $parts } parte no se aceptó aquí
   *[other] { $parts } partes no se aceptaron aquí
}
sync_refused_there = { $parts ->
    [one] { $parts } parte no se aceptó allí
   *[other] { $parts } partes no se aceptaron allí
}
sync_forked = Un teléfono fue copiado. Todo se conserva. Avisa a la dirección de carrera.
frames_have = { $have } de { $need } códigos leídos

## Closing a checkpoint

closing_open = Abierto
closing_asked = La dirección de carrera pide cerrar. Código { $code }
closing_contested = El puesto y la dirección no dicen lo mismo
closing_stale = Algo cambió desde entonces. Comparad otra vez.
closing_waiting = { $runners ->
    [one] Falta por llegar { $runners } persona
   *[other] Faltan por llegar { $runners } personas
}
closing_name_last = ¿Quién llegó al final?
closing_sweepers = ¿Ya pasaron los escoba?
closing_ready = Listo para cerrar
closing_closed = Cerrado
closing_closed_stale = Cerrado, pero algo cambió después

## What became of runners, and corrections

correction_void = Tachado
correction_corrected = Corregido
correction_proposal = Propuesto, aún sin aceptar
correction_copied = Copiado de { $source }

## What may be said of a runner

act_dropped_here = Se retira aquí
act_back_in_race = De nuevo en carrera
act_safe_here = A salvo aquí

## What wants a look

finding_station_off = El reloj de este puesto contradice a todos los demás
finding_proposed = Lo dice alguien que no puede decidirlo
finding_after_drop = Visto después de retirarse
finding_seen_though_dns = Visto, aunque figura como no salido
finding_two_places = En dos sitios a la vez
finding_out_before_in = Sale antes de entrar
finding_twice_here = Dos veces en este puesto
finding_impossible = Imposible en este tiempo
finding_off_course = Fuera de su recorrido
finding_unknown_bib = No está en la lista
finding_unsure_bib = Dorsal sin leer entero
finding_no_bib = Hora sin dorsal
finding_too_fast = Muy rápido
finding_too_slow = Muy lento
finding_shared_bib = Dos personas con un mismo dorsal
finding_same_person = Inscrito dos veces
finding_contested = Dos personas no dicen lo mismo
finding_missed = Visto antes y después, aquí no

## Failures

error_no_replica = Aún no hay carrera en este teléfono. Únete a una.
error_exists = Esta carrera ya está en este teléfono.
error_closed = La carrera está cerrada aquí. Abre la app de nuevo.
error_disk_full = El teléfono está lleno. Haz sitio.
error_disk = El teléfono no puede guardar ahora. Desbloquéalo y prueba otra vez.
error_damaged = Los datos están dañados. Abre la app de nuevo para repararlos.
error_newer_app = Esto es de una app más nueva. Actualiza esta.
error_bad_bib = Eso no es un dorsal.
error_bad_ticket = Este código no sirve. Pide uno nuevo.
error_other_race = Esto es de otra carrera.
error_no_checkpoint = Elige primero tu puesto.
error_not_found = Eso no está aquí.
error_not_allowed = Tu función no lo permite. Pregunta a tu responsable.
error_invalid = Eso no tiene sentido. Compruébalo.
error_link = Se cortó la conexión. Lo que llegó queda guardado. Prueba otra vez.
error_refused = El otro teléfono no admite a este.
error_interrupted = Parado.
error_host = El teléfono no respondió. Prueba otra vez.
error_panic = Fue un fallo nuestro. Tus registros están a salvo. Avísanos, por favor.
