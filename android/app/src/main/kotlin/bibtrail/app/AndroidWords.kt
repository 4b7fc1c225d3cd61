// Texts from the app's resources, in the language of the phone.
//
// Invariant: a key without a text shows itself, so that nothing is ever blank.
package bibtrail.app

import android.content.Context
import bibtrail.screens.Words
import java.time.ZoneId
import java.util.Locale

/** Looks texts up by the keys that the core gives; `res/raw/keep.xml` keeps them from the shrinker. */
class AndroidWords(private val context: Context) : Words {
    override val zone: ZoneId get() = ZoneId.systemDefault()

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
