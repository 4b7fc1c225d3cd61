// What is heard and felt.
//
// Invariant: each meaning sounds and feels different, so that nobody has to look.
package bibtrail.app

import android.content.Context
import android.media.AudioManager
import android.media.ToneGenerator
import android.os.VibrationEffect
import android.os.Vibrator
import bibtrail.core.Haptic
import bibtrail.core.Settings
import bibtrail.core.Sound

private const val LOUD = 90

/** Sounds and vibrates as the settings allow. */
class Signals(context: Context) {
    private val vibrator = context.getSystemService(Vibrator::class.java)

    // On the media stream: it is heard though the phone is set to silent for calls.
    private val tones: ToneGenerator? = try {
        ToneGenerator(AudioManager.STREAM_MUSIC, LOUD)
    } catch (_: RuntimeException) {
        // The system has no voice left for us; the badge and the vibration say the same.
        null
    }

    /** Makes itself heard and felt. */
    fun give(sound: Sound, haptic: Haptic, settings: Settings) {
        if (settings.hasSound) tone(sound)?.let { (tone, ms) -> tones?.startTone(tone, ms) }
        if (settings.hasHaptic) pattern(haptic)?.let { vibrator?.vibrate(VibrationEffect.createWaveform(it, -1)) }
    }

    private fun tone(sound: Sound): Pair<Int, Int>? = when (sound) {
        Sound.SILENT -> null
        Sound.KEY -> ToneGenerator.TONE_PROP_BEEP to 30
        Sound.DELETE -> ToneGenerator.TONE_PROP_NACK to 60
        Sound.RECORDED -> ToneGenerator.TONE_PROP_ACK to 150
        Sound.WARNED -> ToneGenerator.TONE_PROP_PROMPT to 400
        Sound.ALARM -> ToneGenerator.TONE_CDMA_EMERGENCY_RINGBACK to 1_200
        Sound.UNDONE -> ToneGenerator.TONE_PROP_BEEP2 to 200
    }

    /** Pauses and pulses in turn, in milliseconds. */
    private fun pattern(haptic: Haptic): LongArray? = when (haptic) {
        Haptic.STILL -> null
        Haptic.TICK -> longArrayOf(0, 15)
        Haptic.ONCE -> longArrayOf(0, 90)
        Haptic.TWICE -> longArrayOf(0, 90, 110, 90)
        Haptic.LONG -> longArrayOf(0, 700)
    }
}
