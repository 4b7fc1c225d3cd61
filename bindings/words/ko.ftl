### 배번 = 선수 번호, 체크포인트 = 봉사자가 있는 곳, 기록 = 선수 통과 한 건.

## Screens and what all of them have

app_name = Bibtrail
screen_join = 참가
screen_record = 기록
screen_checkpoint = 내 체크포인트
screen_corrections = 고치기
screen_devices = 휴대폰
screen_close_out = 마감
screen_settings = 설정
common_cancel = 취소
common_save = 저장
permission_camera = 카메라로 배번과 참가 코드를 읽습니다. 사진은 남기지 않습니다.
permission_local_network = 체크포인트의 휴대폰끼리 인터넷 없이 기록을 나눕니다.
notification_sync = 다른 휴대폰과 기록을 나누는 중

## Join

join_explain = 포스터나 책임자 휴대폰의 코드를 찍으세요.
join_scan = 코드 찍기
join_paste = 코드 직접 입력
join_name = 이름
join_checkpoint = 체크포인트
join_confirm = 대회 참가

## Record

record_bib_empty = 배번
record_bib_label = 배번 { $bib }
record_in = 들어옴
record_out = 나감
record_in_label = { $count ->
   *[other] 들어옴. 지금까지 { $count }명
}
record_out_label = { $count ->
   *[other] 나감. 지금까지 { $count }명
}
record_time_now = 시간 먼저, 배번은 나중에
record_times_waiting = { $times ->
   *[other] 배번 없는 시간 { $times }건
}
record_add_bib = 배번 넣기
record_scan = 배번 찍기
record_scan_stop = 카메라 닫기
record_torch = 조명
record_camera_denied = 카메라가 허용되지 않았습니다. 휴대폰 설정에서 허용하세요.
record_pacer = 페이서 동반
record_undo = 되돌리기
record_delete = 마지막 숫자 지우기
record_clear = 번호 모두 지우기
record_locked = 화면 잠김. 길게 눌러 푸세요.

## My checkpoint

checkpoint_inside = 지금 여기
checkpoint_dropped = 기권하고 여기 있음
checkpoint_expected = 곧 도착
checkpoint_missing = 안 보임
checkpoint_nobody = 없음

## Corrections

corrections_empty = 아직 기록이 없습니다
corrections_change_bib = 배번 바꾸기
corrections_void = 지우기
corrections_restore = 되살리기
corrections_runner = 선수
corrections_review = 확인해 주세요
corrections_accept = 네, 맞습니다
corrections_sure = 한 번 더 누르기: 예
corrections_dismiss = 그대로 두기

## Phones

devices_sync = 지금 나누기
devices_stop = 멈추기
devices_nearby = 가까운 휴대폰
devices_nobody = 보이는 휴대폰이 없습니다. 같은 와이파이나 핫스팟에 연결하거나, 코드나 파일로 나누세요.
devices_show_code = 코드 보여 주기
devices_read_code = 코드 읽기
devices_send_file = 파일 보내기
devices_open_file = 파일 열기
devices_held = 몇 대에 있나
devices_address = 주소
devices_hotspot = 핫스팟 켜기

## Close

close_explain = 더 올 선수가 없으면 본부와 함께 체크포인트를 마감하세요.
close_last_bib = 마지막 선수 배번
close_sweepers = 후미 담당이 지나갔습니다
close_confirm = 체크포인트 마감
close_still_to_come = 아직 올 선수
close_code = 코드
close_ask = 아직 올 선수 확인하기
close_answer = 네, 이 명단이 맞습니다
close_reopen = 다시 열기

## Settings

settings_text_size = 글자 크기
settings_text_normal = 보통
settings_text_large = 크게
settings_text_largest = 가장 크게
settings_theme = 색
settings_theme_system = 휴대폰과 같게
settings_theme_white = 흰색, 햇빛용
settings_theme_black = 검은색, 밤용
settings_wet_lock = 젖은 화면 잠금
settings_keep_awake = 화면 켜 두기
settings_sounds = 소리
settings_vibration = 진동
settings_version = 버전 { $version }

## Warnings beside a scan: none of them refuses it

warning_time_only = 시간을 저장했습니다. 배번은 나중에 넣으세요.
warning_unsure_bib = { $bib }번이 다 읽히지 않았습니다. 확인하세요.
warning_unknown_bib = { $bib }번은 명단에 없습니다. 그래도 저장했습니다.
warning_shared_bib = { $entrants ->
   *[other] { $bib }번 선수가 { $entrants }명입니다. 누구인지 적어 두세요.
}
warning_seen_before = { $bib }번은 { $ago } 전에 여기서 기록됐습니다. 다시 저장했습니다.
warning_did_not_start = { $bib }번은 출발하지 않은 선수로 되어 있습니다. 다시 보세요.
warning_dropped = { $bib }번은 기권으로 되어 있습니다. 본부에 알리세요.
warning_dropped_at = { $bib }번은 { $place }에서 기권으로 되어 있습니다. 본부에 알리세요.
warning_disqualified = { $bib }번은 실격으로 되어 있습니다.
warning_over_time = { $bib }번은 제한 시간 초과로 되어 있습니다.
warning_off_course = { $bib }번은 { $course } 선수이며, 이 코스는 여기를 지나지 않습니다.
warning_not_approved = 이 휴대폰은 아직 승인 전입니다. 기록은 남고, 승인되면 인정됩니다.
warning_not_on_disk = 아직 휴대폰에 저장되지 않았습니다. 앱을 켜 두세요.

## What the camera read

scan_bib = 배번 { $bib }
scan_unsure = 배번 { $bib }? 확인하세요.
scan_join_code = { $race } 참가 코드
scan_other_race = 다른 대회 배번 { $bib }
scan_moving_code = 다른 휴대폰의 코드입니다. 움직이지 마세요.
scan_damaged = 코드가 손상됐습니다. 배번을 입력하세요.
scan_newer = 새 앱의 코드입니다. 이 앱을 업데이트하세요.
scan_unreadable = 배번이 아닙니다.

## The last entry

badge_recorded = { $bib } 기록됨
badge_recorded_named = { $bib } { $name } 기록됨
badge_time_only = 시간 기록됨, 배번 없음
badge_kept = { $bib } 보관 중, 아직 휴대폰에 저장 전
badge_undone = { $bib } 되돌림
badge_announce = { $bib } { $way }, { $time }

## Ways, roles, states

way_in = 들어옴
way_out = 나감
role_pending = 승인 대기
role_volunteer = 봉사자
role_captain = 책임자
role_director = 대회 감독
role_revoked = 권한 없음
state_contested = 서로 다름
state_overdue = 늦음
state_unknown = 알 수 없음
state_on_course = 코스 위
state_inside = 체크포인트 안
state_dropped = 기권
state_not_started = 출발 전
state_collected = 회수됨
state_safe = 안전
state_finished = 완주
state_did_not_start = 미출발
runner_due = { $likely }쯤 { $place } 도착
runner_late = { $place } 도착 { $late } 늦음
runner_last_seen = 마지막 확인: { $place }, { $time }
runner_waits_for = { $place } 보고 전에는 알 수 없음
runner_unentered = 명단에 없음

## How many copies, and how old our knowledge is

held_nobody_else = 이 휴대폰에만 있음
held_devices = { $devices ->
   *[other] 휴대폰 { $devices }대에 있음
}
pending_none = 모두 나눔
pending_waiting = { $scans ->
   *[other] 나눌 기록 { $scans }건
}
stale_never = 소식 없음
stale_now = 최신
stale_ago = { $ago } 전 소식
stale_closed = 마감됨
met_never = 만난 적 없음
met_ago = { $ago } 전에 만남
lacks_nothing = 모두 있음
lacks_operations = { $operations ->
   *[other] 기록 { $operations }건 부족
}

## Notices

notice_unconfirmed = { $scans ->
   *[other] 기록 { $scans }건이 아직 휴대폰에 저장되지 않았습니다. 앱을 켜 두세요.
}
notice_disk_full = 휴대폰이 가득 찼습니다. 계속하세요. 기록은 화면에 남습니다. 지금 공간을 비우세요.
notice_disk_low = 남은 공간 { $megabytes } MB. 곧 공간을 비우세요.
notice_battery_low = 배터리 { $percent } %. 지금 나누고 충전하세요.
notice_not_approved = 승인을 기다립니다. 계속 기록하세요.
notice_revoked = 이 휴대폰은 이 대회에서 더 쓸 수 없습니다. 본부에 문의하세요.
notice_new_key = 이 휴대폰이 새 기록장을 시작했습니다. 책임자에게 승인을 요청하세요.
notice_mended = 손상된 기록을 고쳤습니다. 할 일은 없습니다.
notice_clock_off = 시계가 { $off } 틀립니다. 시간은 보정됩니다.
notice_no_settings = 대회 설정이 아직 없습니다. 다른 휴대폰과 나누세요.
notice_newer_app = 일부 기록은 새 앱이 필요합니다. 보관하고 전달합니다.
notice_no_checkpoint = 먼저 체크포인트를 고르세요.

## Clocks

clock_reference = 이 시계가 대회 기준입니다
clock_within = 시계 오차 { $within } 이내
clock_alone = 시계 확인 전

## Sharing

sync_going = 나누는 중: 받음 { $received }, 보냄 { $sent }
sync_same = 서로 같습니다: 받음 { $received }, 보냄 { $sent }
sync_not_same = 아직 올 기록이 있습니다: 받음 { $received }, 보냄 { $sent }
sync_failed = 끊겼습니다. 받은 것은 남습니다. 다시 시도하세요.
sync_refused_here = { $parts ->
   *[other] 여기서 받지 않은 묶음 { $parts }개
}
sync_refused_there = { $parts ->
   *[other] 상대가 받지 않은 묶음 { $parts }개
}
sync_forked = 복제된 휴대폰이 있습니다. 기록은 모두 남습니다. 본부에 알리세요.
frames_have = 코드 { $need }개 중 { $have }개 읽음

## Closing a checkpoint

closing_open = 열림
closing_asked = 본부가 마감을 요청합니다. 코드 { $code }
closing_contested = 여기와 본부의 말이 다릅니다
closing_stale = 그 뒤 바뀐 것이 있습니다. 다시 맞춰 보세요.
closing_waiting = { $runners ->
   *[other] 아직 올 선수 { $runners }명
}
closing_name_last = 마지막 선수는 누구였나요?
closing_sweepers = 후미 담당이 지나갔나요?
closing_ready = 마감할 수 있음
closing_closed = 마감됨
closing_closed_stale = 마감됐지만 그 뒤 바뀐 것이 있음

## What became of runners, and corrections

correction_void = 지워짐
correction_corrected = 고쳐짐
correction_proposal = 제안됨, 아직 승인 전
correction_copied = { $source }에서 옮김

## What may be said of a runner

act_dropped_here = 여기서 기권
act_back_in_race = 다시 경기 중
act_safe_here = 여기 안전하게 있음

## What wants a look

finding_station_off = 이 체크포인트 시계가 다른 곳과 맞지 않음
finding_proposed = 결정할 수 없는 사람이 한 말
finding_after_drop = 기권 뒤에 보임
finding_seen_though_dns = 미출발인데 보임
finding_two_places = 동시에 두 곳에 있음
finding_out_before_in = 들어오기 전에 나감
finding_twice_here = 여기에 두 번 기록됨
finding_impossible = 이 시간에는 불가능
finding_off_course = 자기 코스가 아님
finding_unknown_bib = 명단에 없음
finding_unsure_bib = 배번이 다 읽히지 않음
finding_no_bib = 배번 없는 시간
finding_too_fast = 아주 빠름
finding_too_slow = 아주 느림
finding_shared_bib = 한 배번에 두 선수
finding_same_person = 두 번 등록됨
finding_contested = 두 사람의 말이 다름
finding_missed = 앞뒤에서는 보였으나 여기는 없음

## Failures

error_no_replica = 아직 대회가 없습니다. 참가하세요.
error_exists = 이 대회는 이미 휴대폰에 있습니다.
error_closed = 대회가 닫혔습니다. 앱을 다시 여세요.
error_disk_full = 휴대폰이 가득 찼습니다. 공간을 비우세요.
error_disk = 지금 저장할 수 없습니다. 잠금을 풀고 다시 하세요.
error_damaged = 기록이 손상됐습니다. 앱을 다시 열면 고칩니다.
error_newer_app = 새 앱에서 온 것입니다. 이 앱을 업데이트하세요.
error_bad_bib = 배번이 아닙니다.
error_bad_ticket = 참가 코드가 맞지 않습니다. 새 코드를 받으세요.
error_other_race = 다른 대회 것입니다.
error_no_checkpoint = 먼저 체크포인트를 고르세요.
error_not_found = 여기에 없습니다.
error_not_allowed = 권한이 없습니다. 책임자에게 물어보세요.
error_invalid = 말이 되지 않습니다. 확인하세요.
error_link = 연결이 끊겼습니다. 받은 것은 남습니다. 다시 시도하세요.
error_refused = 상대 휴대폰이 받아 주지 않습니다.
error_interrupted = 멈췄습니다.
error_host = 휴대폰이 응답하지 않습니다. 다시 시도하세요.
error_panic = 저희 잘못입니다. 기록은 안전합니다. 알려 주세요.
