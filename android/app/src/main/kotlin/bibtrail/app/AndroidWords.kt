// Texts from the app's resources, in the language of the phone.
//
// Invariant: a key without a text shows itself, so that nothing is ever blank.
package bibtrail.app

import android.content.Context
import bibtrail.core.RaceZone
import bibtrail.core.clockText
import bibtrail.screens.Words
import java.util.Locale
import java.util.TimeZone

/** Looks texts up by the keys that the core gives; `res/raw/keep.xml` keeps them from the shrinker. */
class AndroidWords(private val context: Context, private val zone: RaceZone? = null) : Words {
    /** The same in the hours of a race. */
    fun of(zone: RaceZone?) = AndroidWords(context, zone)

    /** Before the race's zone is known here, the hours are the phone's. */
    override fun clock(timeMs: Long): String =
        clockText(zone ?: RaceZone(TimeZone.getDefault().id, System.currentTimeMillis()), timeMs)

    override fun text(key: String, arguments: List<Any>): String {
        val name = key.replace('.', '_').replace('-', '_')
        val number = arguments.firstNotNullOfOrNull { it as? Long }
        val plural = number?.let { id(name, "plurals") } ?: 0
        val plain = if (plural == 0) id(name, "string") else 0
        val pattern = when {
            plural != 0 -> context.resources.getQuantityText(plural, number?.coerceIn(0, MOST)?.toInt() ?: 0).toString()
            plain != 0 -> context.resources.getText(plain).toString()
            else -> return key
        }
        // Latin digits, as on bibs and watches.
        return String.format(Locale.ROOT, pattern, *arguments.toTypedArray())
    }

    @Suppress("DiscouragedApi")
    private fun id(name: String, kind: String) = context.resources.getIdentifier(name, kind, context.packageName)

    private companion object {
        const val MOST = Int.MAX_VALUE.toLong()
    }
}
