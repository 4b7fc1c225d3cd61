// The app's own texts, read from its resource files as Android reads them.
//
// Invariant: a key without a text fails the test that asked for it.
package bibtrail.checks

import bibtrail.screens.Words
import com.ibm.icu.text.PluralRules
import org.w3c.dom.Element
import org.w3c.dom.NodeList
import java.io.File
import java.time.Instant
import java.time.ZoneId
import java.time.format.DateTimeFormatter
import java.util.Locale
import javax.xml.parsers.DocumentBuilderFactory

/** The texts of [language], a tag such as `ko`. */
class FileWords(language: String) : Words {
    private val clock = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.of("Europe/Vienna"))

    override fun clock(timeMs: Long): String = clock.format(Instant.ofEpochMilli(timeMs))

    /** Every key that was asked for. */
    val asked = sortedSetOf<String>()

    private val locale = Locale.forLanguageTag(language)
    private val rules = PluralRules.forLocale(locale)
    private val plain = mutableMapOf<String, String>()
    private val counted = mutableMapOf<String, Map<String, String>>()

    init {
        val folder = FOLDERS.getValue(language)
        val file = File(System.getProperty("bibtrail.texts"), "$folder/strings.xml")
        val root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file).documentElement
        for (text in root.getElementsByTagName("string").elements()) {
            plain[text.getAttribute("name")] = unescaped(text.textContent)
        }
        for (plural in root.getElementsByTagName("plurals").elements()) {
            val items = plural.getElementsByTagName("item").elements()
            counted[plural.getAttribute("name")] =
                items.associate { it.getAttribute("quantity") to unescaped(it.textContent) }
        }
    }

    override fun text(key: String, arguments: List<Any>): String {
        val name = resourceName(key)
        asked += name
        val plural = counted[name]
        val pattern = if (plural == null) {
            plain[name]
        } else {
            val number = arguments.filterIsInstance<Long>().first()
            plural[rules.select(number.toDouble())] ?: plural["other"]
        }
        checkNotNull(pattern) { "no text for $name in $locale" }
        return String.format(Locale.ROOT, pattern, *arguments.toTypedArray())
    }
}

/** A key as Android's resources name it. */
fun resourceName(key: String): String = key.replace('.', '_').replace('-', '_')

private fun NodeList.elements(): List<Element> = (0 until length).map { item(it) as Element }

private fun unescaped(text: String): String = text.trim().replace(Regex("""\\(.)""")) { found ->
    if (found.groupValues[1] == "n") "\n" else found.groupValues[1]
}

/** The languages of the app, and where their texts are. */
val FOLDERS = mapOf(
    "en" to "values",
    "ar" to "values-ar",
    "de" to "values-de",
    "es" to "values-es",
    "fr" to "values-fr",
    "ko" to "values-ko",
    "zh-Hans" to "values-b+zh+Hans",
)
