### 号码 = 选手号码布上的号,检查点 = 志愿者所在的地方,记录 = 选手通过一次。

## Screens and what all of them have

app_name = Bibtrail
screen_join = 加入
screen_record = 记录
screen_checkpoint = 我的检查点
screen_corrections = 更正
screen_devices = 手机
screen_close_out = 关闭
screen_settings = 设置
common_cancel = 取消
common_save = 保存
permission_camera = 相机用来读取号码和加入码，不保存照片。
permission_local_network = 检查点的手机不用互联网就能互相交换记录。
notification_sync = 正在与其他手机交换记录

## Join

join_explain = 扫描海报上或点长手机上的码。
join_scan = 扫码
join_paste = 手动输入
join_name = 你的名字
join_checkpoint = 你的检查点
join_confirm = 加入比赛

## Record

record_bib_empty = 号码
record_bib_label = 号码 { $bib }
record_in = 进
record_out = 出
record_in_label = { $count ->
   *[other] 进站，目前 { $count } 人
}
record_out_label = { $count ->
   *[other] 出站，目前 { $count } 人
}
record_time_now = 先记时间，后补号码
record_times_waiting = { $times ->
   *[other] { $times } 个时间还没有号码
}
record_add_bib = 补号码
record_scan = 扫号码
record_scan_stop = 关闭相机
record_torch = 照明
record_camera_denied = 相机未获允许。请在手机设置中允许。
record_pacer = 有陪跑
record_undo = 撤销
record_delete = 删除最后一位
record_clear = 清除号码
record_locked = 屏幕已锁。长按解锁。

## My checkpoint

checkpoint_inside = 现在在这里
checkpoint_dropped = 已退赛，仍在这里
checkpoint_expected = 即将到达
checkpoint_missing = 未见
checkpoint_nobody = 没有人

## Corrections

corrections_empty = 还没有记录
corrections_change_bib = 改号码
corrections_void = 划掉
corrections_restore = 恢复
corrections_runner = 选手
corrections_review = 请看一下
corrections_accept = 对，就是这样
corrections_sure = 再点一次：是
corrections_dismiss = 没有问题

## Phones

devices_sync = 现在交换
devices_stop = 停止
devices_nearby = 附近
devices_nobody = 没有发现手机。请连同一个 Wi-Fi 或热点，或用码或文件交换。
devices_show_code = 显示码
devices_read_code = 读码
devices_send_file = 发送文件
devices_open_file = 打开文件
devices_held = 存在几部手机上
devices_address = 地址
devices_hotspot = 打开热点

## Close

close_explain = 不会再有人来时，与指挥部一起关闭检查点。
close_last_bib = 最后一位选手的号码
close_sweepers = 收尾人员已通过
close_confirm = 关闭检查点
close_still_to_come = 还没到
close_code = 代码
close_ask = 询问还有谁没到
close_answer = 对，名单无误
close_reopen = 重新开放

## Settings

settings_text_size = 文字大小
settings_text_normal = 正常
settings_text_large = 大
settings_text_largest = 最大
settings_theme = 颜色
settings_theme_system = 跟随手机
settings_theme_white = 白色，阳光下
settings_theme_black = 黑色，夜里
settings_wet_lock = 屏幕沾水时上锁
settings_keep_awake = 屏幕常亮
settings_sounds = 声音
settings_vibration = 振动
settings_version = 版本 { $version }

## Warnings beside a scan: none of them refuses it

warning_time_only = 时间已记下。有空再补号码。
warning_unsure_bib = { $bib } 没有读全，请核对。
warning_unknown_bib = { $bib } 不在名单上，仍已记下。
warning_shared_bib = { $entrants ->
   *[other] { $bib } 对应 { $entrants } 位选手，请记下是谁。
}
warning_seen_before = { $bib } 在{ $ago }前已在这里记过，又记了一次。
warning_did_not_start = { $bib } 登记为未起跑，请再看一眼。
warning_dropped = { $bib } 登记为退赛，请告诉指挥部。
warning_dropped_at = { $bib } 登记为在 { $place } 退赛，请告诉指挥部。
warning_disqualified = { $bib } 登记为取消资格。
warning_over_time = { $bib } 登记为超时。
warning_off_course = { $bib } 跑的是 { $course }，不经过这里。
warning_not_approved = 这部手机还没有获准。记录会保留，获准后算数。
warning_not_on_disk = 还没有存进手机，请不要关闭应用。

## What the camera read

scan_bib = 号码 { $bib }
scan_unsure = 号码 { $bib }？请核对。
scan_join_code = { $race } 的加入码
scan_other_race = 另一场比赛的号码 { $bib }
scan_moving_code = 另一部手机的码，请拿稳。
scan_damaged = 码已损坏，请输入号码。
scan_newer = 码来自更新的应用，请更新本应用。
scan_unreadable = 这不是号码。

## The last entry

badge_recorded = { $bib } 已记录
badge_recorded_named = { $bib } { $name } 已记录
badge_time_only = 时间已记录，还没有号码
badge_kept = { $bib } 已留住，还没有存进手机
badge_undone = { $bib } 已撤销
badge_announce = { $bib } { $way }，{ $time }

## Ways, roles, states

way_in = 进
way_out = 出
role_pending = 等待批准
role_volunteer = 志愿者
role_captain = 点长
role_director = 赛事总监
role_revoked = 不再获准
state_contested = 说法矛盾
state_overdue = 超过预计时间
state_unknown = 不清楚
state_on_course = 在赛道上
state_inside = 在检查点
state_dropped = 退赛
state_not_started = 还没起跑
state_collected = 已接走
state_safe = 安全
state_finished = 完赛
state_did_not_start = 未起跑
runner_due = 约 { $likely } 到 { $place }
runner_late = 到 { $place } 晚了 { $late }
runner_last_seen = 最后在 { $place } 见到，{ $time }
runner_waits_for = { $place } 报告之前不清楚
runner_unentered = 不在名单上

## How many copies, and how old our knowledge is

held_nobody_else = 只在这部手机上
held_devices = { $devices ->
   *[other] 在 { $devices } 部手机上
}
pending_none = 都已交换
pending_waiting = { $scans ->
   *[other] { $scans } 条记录待交换
}
stale_never = 从没有消息
stale_now = 最新
stale_ago = { $ago }前有消息
stale_closed = 已关闭
met_never = 没有碰过头
met_ago = { $ago }前碰过头
lacks_nothing = 什么都不缺
lacks_operations = { $operations ->
   *[other] 缺 { $operations } 条记录
}

## Notices

notice_unconfirmed = { $scans ->
   *[other] { $scans } 条记录还没有存进手机，请不要关闭应用。
}
notice_disk_full = 手机满了。请继续，记录留在屏幕上。现在腾出空间。
notice_disk_low = 手机只剩 { $megabytes } MB，请尽快腾出空间。
notice_battery_low = 电量 { $percent } %。先交换，再充电。
notice_not_approved = 等待批准，请继续记录。
notice_revoked = 这部手机不再获准参加这场比赛，请联系指挥部。
notice_new_key = 这部手机开始了新的日志，请点长批准。
notice_mended = 记录曾损坏，已经修好，不用做什么。
notice_clock_off = 时钟差了 { $off }，时间会自动校正。
notice_no_settings = 还没有比赛设置，请与另一部手机交换。
notice_newer_app = 有些记录要更新的应用才能看，已保留并会转发。
notice_no_checkpoint = 请先选择检查点。

## Clocks

clock_reference = 比赛以这个时钟为准
clock_within = 时钟误差在 { $within } 以内
clock_alone = 时钟还没有核对

## Sharing

sync_going = 正在交换：收到 { $received }，发出 { $sent }
sync_same = 双方一致：收到 { $received }，发出 { $sent }
sync_not_same = 还有记录没到：收到 { $received }，发出 { $sent }
sync_failed = 中断了。收到的都已保留，请再试一次。
sync_refused_here = { $parts ->
   *[other] 这边有 { $parts } 部分没有收下
}
sync_refused_there = { $parts ->
   *[other] 那边有 { $parts } 部分没有收下
}
sync_forked = 有手机被复制过。记录都已保留，请告诉指挥部。
frames_have = 已读 { $have } / { $need } 个码

## Closing a checkpoint

closing_open = 开放
closing_asked = 指挥部请求关闭，代码 { $code }
closing_contested = 这里和指挥部说法不同
closing_stale = 之后有变化，请再核对一次。
closing_waiting = { $runners ->
   *[other] 还有 { $runners } 位选手没到
}
closing_name_last = 最后来的是谁？
closing_sweepers = 收尾人员通过了吗？
closing_ready = 可以关闭
closing_closed = 已关闭
closing_closed_stale = 已关闭，但之后有变化

## What became of runners, and corrections

correction_void = 已划掉
correction_corrected = 已更正
correction_proposal = 已提出，还没有采纳
correction_copied = 抄自 { $source }

## What may be said of a runner

act_dropped_here = 在这里退赛
act_back_in_race = 回到比赛
act_safe_here = 在这里，安全

## What wants a look

finding_station_off = 这个检查点的时钟与其他都不一致
finding_proposed = 说这话的人无权决定
finding_after_drop = 退赛后又见到
finding_seen_though_dns = 登记未起跑，却见到了
finding_two_places = 同时在两个地方
finding_out_before_in = 先出后进
finding_twice_here = 在这里记了两次
finding_impossible = 这么短时间不可能
finding_off_course = 不在自己的赛道上
finding_unknown_bib = 不在名单上
finding_unsure_bib = 号码没有读全
finding_no_bib = 有时间，没有号码
finding_too_fast = 非常快
finding_too_slow = 非常慢
finding_shared_bib = 两人同一个号码
finding_same_person = 报名两次
finding_contested = 两个人说法不同
finding_missed = 前后都见到，这里没有

## Failures

error_no_replica = 这部手机上还没有比赛，请先加入。
error_exists = 这场比赛已经在手机上了。
error_closed = 比赛在这里已关闭，请重新打开应用。
error_disk_full = 手机满了，请腾出空间。
error_disk = 手机现在无法保存，请解锁后再试。
error_damaged = 记录损坏了，重新打开应用即可修复。
error_newer_app = 这来自更新的应用，请更新本应用。
error_bad_bib = 这不是号码。
error_bad_ticket = 这个加入码无效，请要一个新的。
error_other_race = 这属于另一场比赛。
error_no_checkpoint = 请先选择检查点。
error_not_found = 这里没有。
error_not_allowed = 你的角色不能这样做，请问点长。
error_invalid = 这说不通，请核对。
error_link = 连接断了。收到的都已保留，请再试一次。
error_refused = 对方手机不接受这部手机。
error_interrupted = 已停止。
error_host = 手机没有回应，请再试一次。
error_panic = 这是我们的错。你的记录是安全的，请告诉我们。
