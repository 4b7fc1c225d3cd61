### رقم الصدر = رقم العدّاء، النقطة = مكان المتطوع، التسجيل = مرور عدّاء واحد.

## Screens and what all of them have

app_name = Bibtrail
screen_join = الانضمام
screen_record = التسجيل
screen_checkpoint = نقطتي
screen_corrections = التصحيحات
screen_devices = الهواتف
screen_close_out = الإغلاق
screen_settings = الإعدادات
common_cancel = إلغاء
common_save = حفظ
permission_camera = تقرأ الكاميرا أرقام الصدر ورموز الانضمام. لا تُحفظ أي صور.
permission_local_network = تتبادل هواتف النقطة تسجيلاتها فيما بينها دون إنترنت.
notification_sync = جارٍ تبادل التسجيلات مع هواتف أخرى

## Join

join_explain = امسح الرمز الموجود على الملصق أو على هاتف مسؤول النقطة.
join_scan = مسح الرمز
join_paste = كتابة الرمز
join_name = اسمك
join_checkpoint = نقطتك
join_confirm = انضم إلى السباق

## Record

record_bib_empty = الرقم
record_bib_label = رقم الصدر { $bib }
record_in = دخول
record_out = خروج
record_in_label = { $count ->
    [zero] دخول. لا أحد حتى الآن ({ $count })
    [one] دخول. عدّاء واحد حتى الآن ({ $count })
    [two] دخول. عدّاءان حتى الآن ({ $count })
    [few] دخول. { $count } عدّائين حتى الآن
    [many] دخول. { $count } عدّاءً حتى الآن
   *[other] دخول. { $count } عدّاء حتى الآن
}
record_out_label = { $count ->
    [zero] خروج. لا أحد حتى الآن ({ $count })
    [one] خروج. عدّاء واحد حتى الآن ({ $count })
    [two] خروج. عدّاءان حتى الآن ({ $count })
    [few] خروج. { $count } عدّائين حتى الآن
    [many] خروج. { $count } عدّاءً حتى الآن
   *[other] خروج. { $count } عدّاء حتى الآن
}
record_time_now = الوقت الآن والرقم لاحقًا
record_times_waiting = { $times ->
    [zero] لا أوقات بلا رقم ({ $times })
    [one] وقت واحد بلا رقم ({ $times })
    [two] وقتان بلا رقم ({ $times })
    [few] { $times } أوقات بلا رقم
    [many] { $times } وقتًا بلا رقم
   *[other] { $times } وقت بلا رقم
}
record_add_bib = أضف الرقم
record_scan = مسح الأرقام
record_scan_stop = أغلق الكاميرا
record_torch = الضوء
record_camera_denied = الكاميرا غير مسموح بها. اسمح بها في إعدادات الهاتف.
record_pacer = مع مرافق
record_undo = تراجع
record_delete = امسح آخر خانة
record_clear = امسح الرقم كله
record_locked = الشاشة مقفلة. اضغط مطولًا لفتحها.

## My checkpoint

checkpoint_inside = هنا الآن
checkpoint_dropped = انسحب وما زال هنا
checkpoint_expected = القادمون
checkpoint_missing = لم يصلوا
checkpoint_nobody = لا أحد

## Corrections

corrections_empty = لا تسجيلات بعد
corrections_change_bib = غيّر الرقم
corrections_void = شطب
corrections_restore = استعادة
corrections_runner = العدّاء
corrections_review = يُرجى النظر في هذا
corrections_accept = نعم، هذا صحيح
corrections_sure = المس مرة أخرى: نعم
corrections_dismiss = لا بأس كما هو

## Phones

devices_sync = شارك الآن
devices_stop = إيقاف
devices_nearby = القريبة
devices_nobody = لا هاتف قريب. اتصلا بشبكة Wi-Fi نفسها أو نقطة الاتصال نفسها، أو استخدما الرموز أو ملفًا.
devices_show_code = عرض الرموز
devices_read_code = قراءة الرموز
devices_send_file = إرسال ملف
devices_open_file = فتح ملف
devices_held = على كم هاتف
devices_address = العنوان
devices_hotspot = تشغيل نقطة اتصال

## Close

close_explain = إذا لم يبقَ أحد ليأتي فأغلق النقطة مع إدارة السباق.
close_last_bib = رقم آخر عدّاء
close_sweepers = مرّ فريق المؤخرة
close_confirm = أغلق النقطة
close_still_to_come = لم يأتوا بعد
close_code = الرمز
close_ask = اسأل من لم يأتِ بعد
close_answer = نعم، هذه القائمة صحيحة
close_reopen = أعد فتحها

## Settings

settings_text_size = حجم النص
settings_text_normal = عادي
settings_text_large = كبير
settings_text_largest = الأكبر
settings_theme = الألوان
settings_theme_system = مثل الهاتف
settings_theme_white = أبيض، للشمس
settings_theme_black = أسود، لليل
settings_wet_lock = قفل عند بلل الزجاج
settings_keep_awake = إبقاء الشاشة مضاءة
settings_sounds = الأصوات
settings_vibration = الاهتزاز
settings_version = الإصدار { $version }

## Warnings beside a scan: none of them refuses it

warning_time_only = حُفظ الوقت. أضف الرقم حين تستطيع.
warning_unsure_bib = لم يُقرأ الرقم { $bib } كاملًا. تحقق منه.
warning_unknown_bib = الرقم { $bib } ليس في القائمة. حُفظ رغم ذلك.
warning_shared_bib = { $entrants ->
    [zero] الرقم { $bib } ليس لأحد ({ $entrants }).
    [one] الرقم { $bib } لعدّاء واحد ({ $entrants }).
    [two] الرقم { $bib } لعدّاءين ({ $entrants }). دوّن من كان.
    [few] الرقم { $bib } لدى { $entrants } عدّائين. دوّن من كان.
    [many] الرقم { $bib } لدى { $entrants } عدّاءً. دوّن من كان.
   *[other] الرقم { $bib } لدى { $entrants } عدّاء. دوّن من كان.
}
warning_seen_before = سُجّل الرقم { $bib } هنا قبل { $ago }. سُجّل مرة أخرى.
warning_did_not_start = الرقم { $bib } مدوّن بأنه لم ينطلق. انظر مرة أخرى.
warning_dropped = الرقم { $bib } مدوّن بأنه انسحب. أخبر إدارة السباق.
warning_dropped_at = الرقم { $bib } مدوّن بأنه انسحب عند { $place }. أخبر إدارة السباق.
warning_disqualified = الرقم { $bib } مدوّن بأنه مستبعد.
warning_over_time = الرقم { $bib } مدوّن بأنه تجاوز الوقت.
warning_off_course = الرقم { $bib } يجري مسار { $course } وهو لا يمر من هنا.
warning_not_approved = لم يُعتمد هذا الهاتف بعد. تسجيلاتك محفوظة وتُحتسب عند اعتماده.
warning_not_on_disk = لم يُحفظ في الهاتف بعد. أبقِ التطبيق مفتوحًا.

## What the camera read

scan_bib = رقم الصدر { $bib }
scan_unsure = أهو رقم { $bib }؟ تحقق منه.
scan_join_code = رمز للانضمام إلى { $race }
scan_other_race = الرقم { $bib } من سباق آخر
scan_moving_code = رموز من هاتف آخر. ثبّت يدك.
scan_damaged = الرمز تالف. اكتب الرقم.
scan_newer = الرمز من تطبيق أحدث. حدّث هذا التطبيق.
scan_unreadable = هذا ليس رقم صدر.

## The last entry

badge_recorded = سُجّل { $bib }
badge_recorded_named = سُجّل { $bib } { $name }
badge_time_only = سُجّل الوقت، بلا رقم بعد
badge_kept = أُبقي { $bib }، ولم يُحفظ في الهاتف بعد
badge_undone = أُلغي { $bib }
badge_announce = { $bib } { $way }، { $time }

## Ways, roles, states

way_in = دخول
way_out = خروج
role_pending = بانتظار الاعتماد
role_volunteer = متطوع
role_captain = مسؤول نقطة
role_director = مدير السباق
role_revoked = لم يعد مسموحًا له
state_contested = متناقض
state_overdue = متأخر
state_unknown = غير معروف
state_on_course = على المسار
state_inside = في نقطة
state_dropped = انسحب
state_not_started = لم ينطلق بعد
state_collected = نُقل
state_safe = بأمان
state_finished = وصل إلى النهاية
state_did_not_start = لم ينطلق
runner_due = عند { $place } نحو { $likely }
runner_late = متأخر { $late } عن { $place }
runner_last_seen = شوهد آخر مرة عند { $place }، { $time }
runner_waits_for = غير معروف قبل أن تبلّغ { $place }
runner_unentered = ليس في القائمة

## How many copies, and how old our knowledge is

held_nobody_else = على هذا الهاتف فقط
held_devices = { $devices ->
    [zero] ليس على أي هاتف ({ $devices })
    [one] على هاتف واحد ({ $devices })
    [two] على هاتفين ({ $devices })
    [few] على { $devices } هواتف
    [many] على { $devices } هاتفًا
   *[other] على { $devices } هاتف
}
pending_none = شورك كل شيء
pending_waiting = { $scans ->
    [zero] لا تسجيلات للمشاركة ({ $scans })
    [one] تسجيل واحد للمشاركة ({ $scans })
    [two] تسجيلان للمشاركة ({ $scans })
    [few] { $scans } تسجيلات للمشاركة
    [many] { $scans } تسجيلًا للمشاركة
   *[other] { $scans } تسجيل للمشاركة
}
stale_never = لا أخبار قط
stale_now = محدّث
stale_ago = آخر خبر قبل { $ago }
stale_closed = مغلقة
met_never = لم يلتقيا قط
met_ago = التقيا قبل { $ago }
lacks_nothing = لديه كل شيء
lacks_operations = { $operations ->
    [zero] لا ينقصه شيء ({ $operations })
    [one] ينقصه سجل واحد ({ $operations })
    [two] ينقصه سجلان ({ $operations })
    [few] ينقصه { $operations } سجلات
    [many] ينقصه { $operations } سجلًا
   *[other] ينقصه { $operations } سجل
}

## Notices

notice_unconfirmed = { $scans ->
    [zero] كل التسجيلات محفوظة في الهاتف ({ $scans }).
    [one] تسجيل واحد لم يُحفظ في الهاتف بعد ({ $scans }). أبقِ التطبيق مفتوحًا.
    [two] تسجيلان لم يُحفظا في الهاتف بعد ({ $scans }). أبقِ التطبيق مفتوحًا.
    [few] { $scans } تسجيلات لم تُحفظ في الهاتف بعد. أبقِ التطبيق مفتوحًا.
    [many] { $scans } تسجيلًا لم تُحفظ في الهاتف بعد. أبقِ التطبيق مفتوحًا.
   *[other] { $scans } تسجيل لم تُحفظ في الهاتف بعد. أبقِ التطبيق مفتوحًا.
}
notice_disk_full = الهاتف ممتلئ. تابع، فالتسجيلات تبقى على الشاشة. أفرغ مساحة الآن.
notice_disk_low = بقي { $megabytes } م.ب فقط في الهاتف. أفرغ مساحة قريبًا.
notice_battery_low = البطارية { $percent } %. شارك الآن ثم اشحن.
notice_not_approved = بانتظار الاعتماد. تابع التسجيل.
notice_revoked = لم يعد هذا الهاتف مسموحًا في هذا السباق. اتصل بإدارة السباق.
notice_new_key = بدأ هذا الهاتف سجلًا جديدًا. اطلب من مسؤول النقطة اعتماده.
notice_mended = تلفت السجلات وأُصلحت. لا داعي لفعل شيء.
notice_clock_off = هذه الساعة مخطئة بمقدار { $off }. تُصحّح الأوقات.
notice_no_settings = إعدادات السباق ليست هنا بعد. شارك مع هاتف آخر.
notice_newer_app = بعض السجلات تحتاج تطبيقًا أحدث. هي محفوظة وتُنقل.
notice_no_checkpoint = اختر نقطتك أولًا.

## Clocks

clock_reference = السباق يسير على هذه الساعة
clock_within = الساعة دقيقة في حدود { $within }
clock_alone = لم تُقارن الساعة بعد

## Sharing

sync_going = جارٍ التبادل: ورد { $received }، أُرسل { $sent }
sync_same = لدى الاثنين كل شيء: ورد { $received }، أُرسل { $sent }
sync_not_same = ما زالت سجلات ستأتي: ورد { $received }، أُرسل { $sent }
sync_failed = انقطع. ما وصل محفوظ. حاول مجددًا.
sync_refused_here = { $parts ->
    [zero] قُبل كل شيء هنا ({ $parts })
    [one] لم يُقبل جزء واحد هنا ({ $parts })
    [two] لم يُقبل جزءان هنا ({ $parts })
    [few] لم تُقبل { $parts } أجزاء هنا
    [many] لم يُقبل { $parts } جزءًا هنا
   *[other] لم يُقبل { $parts } جزء هنا
}
sync_refused_there = { $parts ->
    [zero] قُبل كل شيء هناك ({ $parts })
    [one] لم يُقبل جزء واحد هناك ({ $parts })
    [two] لم يُقبل جزءان هناك ({ $parts })
    [few] لم تُقبل { $parts } أجزاء هناك
    [many] لم يُقبل { $parts } جزءًا هناك
   *[other] لم يُقبل { $parts } جزء هناك
}
sync_forked = نُسخ أحد الهواتف. كل سجلاته محفوظة. أخبر إدارة السباق.
frames_have = قُرئ { $have } من { $need } رموز

## Closing a checkpoint

closing_open = مفتوحة
closing_asked = إدارة السباق تطلب الإغلاق. الرمز { $code }
closing_contested = النقطة وإدارة السباق تقولان أمرين مختلفين
closing_stale = تغيّر شيء بعد ذلك. قارنا مرة أخرى.
closing_waiting = { $runners ->
    [zero] لم يبقَ أحد ({ $runners })
    [one] بقي عدّاء واحد ({ $runners })
    [two] بقي عدّاءان ({ $runners })
    [few] بقي { $runners } عدّائين
    [many] بقي { $runners } عدّاءً
   *[other] بقي { $runners } عدّاء
}
closing_name_last = من جاء آخرًا؟
closing_sweepers = هل مرّ فريق المؤخرة؟
closing_ready = جاهزة للإغلاق
closing_closed = أُغلقت
closing_closed_stale = أُغلقت، لكن تغيّر شيء بعدها

## What became of runners, and corrections

correction_void = مشطوب
correction_corrected = مصحح
correction_proposal = مقترح ولم يُقبل بعد
correction_copied = منقول من { $source }

## What may be said of a runner

act_dropped_here = انسحب هنا
act_back_in_race = عاد إلى السباق
act_safe_here = هنا بأمان

## What wants a look

finding_station_off = ساعة هذه النقطة تخالف كل الساعات
finding_proposed = قالها من لا يملك حسمها
finding_after_drop = شوهد بعد انسحابه
finding_seen_though_dns = شوهد مع أنه مدوّن لم ينطلق
finding_two_places = في مكانين في وقت واحد
finding_out_before_in = خرج قبل أن يدخل
finding_twice_here = مرتان في هذه النقطة
finding_impossible = غير ممكن في هذا الوقت
finding_off_course = ليس على مساره
finding_unknown_bib = ليس في القائمة
finding_unsure_bib = لم يُقرأ الرقم كاملًا
finding_no_bib = وقت بلا رقم
finding_too_fast = سريع جدًا
finding_too_slow = بطيء جدًا
finding_shared_bib = عدّاءان برقم واحد
finding_same_person = مسجل مرتين
finding_contested = شخصان يقولان أمرين مختلفين
finding_missed = شوهد قبلها وبعدها، لا هنا

## Failures

error_no_replica = لا سباق على هذا الهاتف بعد. انضم إلى سباق.
error_exists = هذا السباق موجود على الهاتف.
error_closed = السباق مغلق هنا. افتح التطبيق من جديد.
error_disk_full = الهاتف ممتلئ. أفرغ مساحة.
error_disk = لا يستطيع الهاتف الحفظ الآن. افتح قفله وحاول مجددًا.
error_damaged = السجلات تالفة. افتح التطبيق من جديد لإصلاحها.
error_newer_app = هذا من تطبيق أحدث. حدّث هذا التطبيق.
error_bad_bib = هذا ليس رقم صدر.
error_bad_ticket = رمز الانضمام هذا لا يصلح. اطلب رمزًا جديدًا.
error_other_race = هذا يخص سباقًا آخر.
error_no_checkpoint = اختر نقطتك أولًا.
error_not_found = هذا غير موجود هنا.
error_not_allowed = دورك لا يسمح بذلك. اسأل مسؤول النقطة.
error_invalid = هذا غير معقول. تحقق منه.
error_link = انقطع الاتصال. ما وصل محفوظ. حاول مجددًا.
error_refused = الهاتف الآخر لا يقبل هذا الهاتف.
error_interrupted = أُوقف.
error_host = لم يستجب الهاتف. حاول مجددًا.
error_panic = هذا خطأ منا. تسجيلاتك بأمان. أبلغنا من فضلك.
