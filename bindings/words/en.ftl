### The apps' texts. Short, plain, warm: they are read at night, in the rain, with gloves.
### Keys of the core (bindings/words/keys.txt) have _ for . and -. A choice by a number is the whole text.
### Words: bib = the runner's number; checkpoint = where the volunteer stands; scan = one record of a runner passing.

## Screens and what all of them have

app_name = Bibtrail
screen_join = Join
screen_record = Record
screen_checkpoint = My checkpoint
screen_corrections = Corrections
screen_devices = Phones
screen_close_out = Close
screen_settings = Settings
common_cancel = Cancel
common_save = Save
# The system shows it when the app first opens the camera.
permission_camera = The camera reads bibs and join codes. No pictures are kept.
# The system shows it when the app first looks for phones nearby.
permission_local_network = Phones at the checkpoint share their records with each other, without the internet.
# Shown by the system while phones share records.
notification_sync = Sharing records with other phones

## Join

join_explain = Scan the code on the poster or on your captain’s phone.
join_scan = Scan the code
join_paste = Type the code in
join_name = Your name
join_checkpoint = Your checkpoint
join_confirm = Join the race

## Record

record_bib_empty = Bib
# Read aloud for the big number.
record_bib_label = Bib { $bib }
record_in = IN
record_out = OUT
# Read aloud for the button that records who comes in.
record_in_label = { $count ->
    [one] In. { $count } runner so far
   *[other] In. { $count } runners so far
}
# Read aloud for the button that records who leaves.
record_out_label = { $count ->
    [one] Out. { $count } runner so far
   *[other] Out. { $count } runners so far
}
# Many runners at once: the time is taken now, the bib is typed later.
record_time_now = Time now, bib later
record_times_waiting = { $times ->
    [one] { $times } time without a bib
   *[other] { $times } times without a bib
}
record_add_bib = Add the bib
record_scan = Scan bibs
record_scan_stop = Close the camera
record_torch = Light
record_camera_denied = The camera is not allowed. Allow it in the phone’s settings.
record_pacer = With pacer
record_undo = Undo
record_delete = Delete the last digit
record_clear = Clear the number
record_locked = Screen locked. Hold to unlock.

## My checkpoint

checkpoint_inside = Here now
checkpoint_dropped = Dropped out, still here
checkpoint_expected = Coming next
checkpoint_missing = Missing
checkpoint_nobody = Nobody

## Corrections

corrections_empty = Nothing recorded yet
corrections_change_bib = Change the bib
corrections_void = Strike out
corrections_restore = Bring back
corrections_runner = The runner
corrections_review = Please look at this
corrections_accept = Yes, that is right
corrections_sure = Tap again: yes
corrections_dismiss = It is fine as it is

## Phones

devices_sync = Share now
devices_stop = Stop
devices_nearby = Nearby
devices_nobody = No phone in sight. Join the same Wi-Fi or hotspot, or use codes or a file.
devices_show_code = Show codes
devices_read_code = Read codes
devices_send_file = Send a file
devices_open_file = Open a file
devices_held = On how many phones
devices_address = Address
devices_hotspot = Be the hotspot

## Close

close_explain = When nobody is to come any more, close the checkpoint together with headquarters.
close_last_bib = The last runner’s bib
close_sweepers = The sweepers have passed
close_confirm = Close the checkpoint
close_still_to_come = Still to come
close_code = Code
close_ask = Ask who is still to come
close_answer = Yes, this list is right
close_reopen = Open it again

## Settings

settings_text_size = Text size
settings_text_normal = Normal
settings_text_large = Large
settings_text_largest = Largest
settings_theme = Colours
settings_theme_system = Like the phone
settings_theme_white = White, for sun
settings_theme_black = Black, for night
settings_wet_lock = Lock against wet glass
settings_keep_awake = Keep the screen on
settings_sounds = Sounds
settings_vibration = Vibration
settings_version = Version { $version }

## Warnings beside a scan: none of them refuses it

warning_time_only = Time saved. Add the bib when you can.
warning_unsure_bib = { $bib } is not fully read. Please check it.
warning_unknown_bib = { $bib } is not on the list. Saved all the same.
warning_shared_bib = { $entrants ->
    [one] { $bib } belongs to { $entrants } runner.
   *[other] { $bib } belongs to { $entrants } runners. Note who it was.
}
warning_seen_before = { $bib } was recorded here { $ago } ago. Saved again.
warning_did_not_start = { $bib } is listed as not started. Please look again.
warning_dropped = { $bib } is listed as dropped out. Tell headquarters.
warning_dropped_at = { $bib } is listed as dropped out at { $place }. Tell headquarters.
warning_disqualified = { $bib } is listed as disqualified.
warning_over_time = { $bib } is listed as over the time limit.
warning_off_course = { $bib } runs { $course }, which does not come by here.
warning_not_approved = This phone is not approved yet. Your scans are kept, and count once it is.
warning_not_on_disk = Not yet safe on this phone. Keep the app open.

## What the camera read

scan_bib = Bib { $bib }
scan_unsure = Bib { $bib }? Please check it.
scan_join_code = A code to join { $race }
scan_other_race = Bib { $bib } of another race
scan_moving_code = Codes from another phone. Hold still.
scan_damaged = The code is damaged. Type the bib.
scan_newer = The code is from a newer app. Update this one.
scan_unreadable = This is no bib.

## The last entry

badge_recorded = { $bib } recorded
badge_recorded_named = { $bib } { $name } recorded
badge_time_only = Time recorded, no bib yet
badge_kept = { $bib } is kept, not yet safe on this phone
badge_undone = { $bib } undone
# Read aloud after each scan; the way is "in" or "out".
badge_announce = { $bib } { $way }, { $time }

## Ways, roles, states

way_in = in
way_out = out
role_pending = waiting for approval
role_volunteer = volunteer
role_captain = captain
role_director = director
role_revoked = no longer allowed
state_contested = Contradictory
state_overdue = Overdue
state_unknown = Not known
state_on_course = On the course
state_inside = At a checkpoint
state_dropped = Dropped out
state_not_started = Not started
state_collected = Collected
state_safe = Safe
state_finished = Finished
state_did_not_start = Did not start
runner_due = At { $place } about { $likely }
runner_late = { $late } late at { $place }
runner_last_seen = Last seen at { $place }, { $time }
runner_waits_for = Not known before { $place } reports
runner_unentered = Not on the list

## How many copies, and how old our knowledge is

held_nobody_else = Only on this phone
held_devices = { $devices ->
    [one] On { $devices } phone
   *[other] On { $devices } phones
}
pending_none = All shared
pending_waiting = { $scans ->
    [one] { $scans } scan to share
   *[other] { $scans } scans to share
}
stale_never = Never heard from
stale_now = Up to date
stale_ago = Heard { $ago } ago
stale_closed = Closed
met_never = Never met
met_ago = Met { $ago } ago
lacks_nothing = Has everything
lacks_operations = { $operations ->
    [one] Lacks { $operations } record
   *[other] Lacks { $operations } records
}

## Notices

notice_unconfirmed = { $scans ->
    [one] { $scans } scan is not yet safe on this phone. Keep the app open.
   *[other] { $scans } scans are not yet safe on this phone. Keep the app open.
}
notice_disk_full = The phone is full. Go on: scans stay on screen. Make room now.
notice_disk_low = Only { $megabytes } MB left on this phone. Make room soon.
notice_battery_low = Battery at { $percent } %. Share now, then charge.
notice_not_approved = Waiting for approval. Go on recording.
notice_revoked = This phone is no longer allowed in this race. Talk to headquarters.
notice_new_key = This phone began a new log. Ask your captain to approve it.
notice_mended = The records were damaged and have been mended. Nothing to do.
notice_clock_off = This clock is off by { $off }. Times are corrected.
notice_no_settings = The race’s settings are not here yet. Share with another phone.
notice_newer_app = Some records need a newer app. They are kept and passed on.
notice_no_checkpoint = Choose your checkpoint first.

## Clocks

clock_reference = The race goes by this clock
clock_within = Clock right within { $within }
clock_alone = Clock not checked yet

## Sharing

sync_going = Sharing: { $received } in, { $sent } out
sync_same = Both have everything: { $received } in, { $sent } out
sync_not_same = Some records are still to come: { $received } in, { $sent } out
sync_failed = Broken off. What came is kept. Try again.
sync_refused_here = { $parts ->
    [one] { $parts } part was not taken here
   *[other] { $parts } parts were not taken here
}
sync_refused_there = { $parts ->
    [one] { $parts } part was not taken there
   *[other] { $parts } parts were not taken there
}
sync_forked = A phone was copied. All its records are kept. Tell headquarters.
frames_have = { $have } of { $need } codes read

## Closing a checkpoint

closing_open = Open
closing_asked = Headquarters asks to close. Code { $code }
closing_contested = Here and headquarters say different things
closing_stale = Something changed since. Compare again.
closing_waiting = { $runners ->
    [one] { $runners } runner still to come
   *[other] { $runners } runners still to come
}
closing_name_last = Who came last?
closing_sweepers = Have the sweepers passed?
closing_ready = Ready to close
closing_closed = Closed
closing_closed_stale = Closed, but something changed since

## Corrections

correction_void = Struck out
correction_corrected = Corrected
correction_proposal = Proposed, not yet accepted
correction_copied = Copied from { $source }

## What may be said of a runner

act_dropped_here = Dropped out here
act_back_in_race = Back in the race
act_safe_here = Safe here

## What wants a look

finding_station_off = This checkpoint’s clock disagrees with all others
finding_proposed = Somebody says so who may not settle it
finding_after_drop = Seen after dropping out
finding_seen_though_dns = Seen, though listed as not started
finding_two_places = In two places at once
finding_out_before_in = Out before in
finding_twice_here = Twice at this checkpoint
finding_impossible = Not possible in this time
finding_off_course = Not on their course
finding_unknown_bib = Not on the list
finding_unsure_bib = Bib not fully read
finding_no_bib = Time without a bib
finding_too_fast = Very fast
finding_too_slow = Very slow
finding_shared_bib = Two runners with one bib
finding_same_person = Entered twice
finding_contested = Two people say different things
finding_missed = Seen before and after, not here

## Failures

error_no_replica = No race on this phone yet. Join one.
error_exists = This race is already on this phone.
error_closed = The race is closed here. Open the app again.
error_disk_full = The phone is full. Make room.
error_disk = The phone cannot save now. Unlock it and try again.
error_damaged = The records are damaged. Open the app again to mend them.
error_newer_app = This is from a newer app. Update this one.
error_bad_bib = That is no bib.
error_bad_ticket = This join code does not work. Ask for a new one.
error_other_race = This belongs to another race.
error_no_checkpoint = Choose your checkpoint first.
error_not_found = That is not here.
error_not_allowed = Your role does not allow this. Ask your captain.
error_invalid = That makes no sense. Please check it.
error_link = The link broke. What came is kept. Try again.
error_refused = The other phone does not let this one in.
error_interrupted = Stopped.
error_host = The phone did not answer. Try again.
error_panic = That was our mistake. Your scans are safe. Please report it.
