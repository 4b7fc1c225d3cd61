// Every screen, in every look that a night may need: measured, and drawn.
//
// Invariant: what is tapped is large enough for a glove and says what it is; no text is cut; in and out are always in
// view, at least 96 dp high.
package bibtrail.checks

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.asSkiaBitmap
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.DesktopComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.captureToImage
import androidx.compose.ui.test.click
import androidx.compose.ui.test.longClick
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.onRoot
import androidx.compose.ui.test.performTouchInput
import androidx.compose.ui.test.runDesktopComposeUiTest
import androidx.compose.ui.text.TextLayoutResult
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.IntSize
import androidx.compose.ui.unit.LayoutDirection
import bibtrail.core.KeyPad
import bibtrail.core.ReadBib
import bibtrail.screens.AtHand
import bibtrail.screens.Button
import bibtrail.screens.Checkpoint
import bibtrail.screens.CloseOut
import bibtrail.screens.Corrections
import bibtrail.screens.Devices
import bibtrail.screens.Frame
import bibtrail.screens.Join
import bibtrail.screens.JoinForm
import bibtrail.screens.LocalWords
import bibtrail.screens.Look
import bibtrail.screens.Meeting
import bibtrail.screens.Near
import bibtrail.screens.Record
import bibtrail.screens.SettingsPage
import bibtrail.screens.WET_LOCK_AFTER_MS
import bibtrail.screens.WetLock
import bibtrail.screens.Where
import bibtrail.screens.Whereabouts
import java.io.File
import org.jetbrains.skia.EncodedImageFormat
import org.jetbrains.skia.Image
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory

/** Pixels for each dp: pictures stay small. */
private const val SCALE = 1.5f

/** The least that a gloved finger hits, in dp, and the least for in and out. */
private const val SMALLEST_DP = 48f
private const val MAIN_DP = 96f

/** A way to look at a screen. */
private data class Variant(
    val name: String,
    val language: String = "en",
    val isBlack: Boolean = false,
    val textPercent: Int = 100,
    val widthDp: Int = 360,
    val heightDp: Int = 780,
)

private val VARIANTS = listOf(
    Variant("light"),
    Variant("dark", isBlack = true),
    Variant("200", textPercent = 200),
    Variant("ar", "ar"),
    Variant("ko", "ko", isBlack = true),
    Variant("de-200", "de", textPercent = 200),
    Variant("fr", "fr"),
    Variant("es", "es"),
    Variant("zh", "zh-Hans"),
    Variant("wide", widthDp = 780, heightDp = 400),
)

@OptIn(ExperimentalTestApi::class)
class ScreensTest {
    private val nothing = Nothing()

    private val screens: Map<String, @Composable () -> Unit> = mapOf(
        "join" to { Join(JoinForm(), nothing) },
        "record" to { framed(Where.RECORD) { Record(recordSample(), AtHand(KeyPad("204")), nothing) } },
        "record-letters" to {
            framed(Where.RECORD) { Record(recordSample().copy(letters = listOf("W", "A", "F")), AtHand(KeyPad("W12", waiting = 2u, read = listOf("204", "7").map { ReadBib(it, null) })), nothing) }
        },
        "checkpoint" to { framed(Where.CHECKPOINT) { Checkpoint(checkpointSample(), nothing) } },
        "stopped" to { framed(Where.CHECKPOINT) { Checkpoint(checkpointSample().let { it.copy(missing = emptyList(), expected = emptyList()) }, nothing, "52") } },
        "entry" to {
            framed(Where.CORRECTIONS) {
                Corrections(correctionsSample(), reviewSample(), correctionsSample().lines.first(), KeyPad(""), nothing)
            }
        },
        "corrections" to {
            framed(Where.CORRECTIONS) { Corrections(correctionsSample(), reviewSample(), null, KeyPad(""), nothing) }
        },
        "correct" to {
            framed(Where.CORRECTIONS) {
                Corrections(correctionsSample(), reviewSample(), timeOnlySample(), KeyPad("19"), nothing)
            }
        },
        "devices" to {
            val near = listOf(Near("Antero 2", "192.168.43.17:4747"))
            framed(Where.DEVICES) { Devices(devicesSample(), near, Meeting(), nothing) }
        },
        "alone" to { framed(Where.DEVICES) { Devices(devicesSample(), emptyList(), Meeting(), nothing) } },
        "close-out" to { framed(Where.CLOSE_OUT) { CloseOut(closingSample(), KeyPad("88"), nothing) } },
        "settings" to { framed(Where.SETTINGS) { SettingsPage(settingsSample(), standingSample(), "0.1.0", {}, nothing::change) } },
        "menu" to { Frame(Whereabouts(isChoosing = true, race = "High Lonesome 100", pending = recordSample().pending), {}) {} },
        "lock" to { WetLock(isOn = true) { framed(Where.RECORD) { Record(recordSample(), AtHand(KeyPad("204")), nothing) } } },
    )

    @Composable
    private fun framed(where: Where, content: @Composable () -> Unit) =
        Frame(Whereabouts(where, pending = recordSample().pending), {}, content)

    @TestFactory
    fun `every screen in every look`(): List<DynamicTest> = screens.keys.flatMap { screen ->
        VARIANTS.map { variant -> dynamicTest("$screen ${variant.name}") { check(screen, variant) } }
    }

    @TestFactory
    fun `a button too small, a text cut, a word split and a button without words are found`(): List<DynamicTest> = BROKEN.map { broken ->
        dynamicTest(broken.name) {
            look(Variant("broken"), broken.content) { faults -> assertTrue(faults.any { broken.fault in it }, "$faults") }
        }
    }

    @Test
    fun `wet glass is locked, opens when held, and is locked again when nobody touches it`() {
        val hits = mutableListOf<String>()
        val words = FileWords("en").text("record_locked")
        val content: @Composable () -> Unit = {
            WetLock(isOn = true) { Button("below", { hits += "below" }, Modifier.fillMaxSize()) }
        }
        look(Variant("lock"), content) {
            val (lock, below) = onNodeWithContentDescription(words) to onNodeWithText("below")
            below.assertExists("what is locked is still shown")
            lock.performTouchInput { click() }
            assertEquals(emptyList<String>(), hits, "a drop does nothing")
            // From here time is told, and does not run on by itself.
            mainClock.autoAdvance = false
            lock.performTouchInput { longClick() }
            mainClock.advanceTimeByFrame()
            lock.assertDoesNotExist()
            mainClock.advanceTimeBy(WET_LOCK_AFTER_MS - 1_000)
            below.performTouchInput { click() }
            assertEquals(listOf("below"), hits)
            mainClock.advanceTimeBy(WET_LOCK_AFTER_MS - 1_000)
            lock.assertDoesNotExist()
            mainClock.advanceTimeBy(2_000)
            mainClock.advanceTimeByFrame()
            lock.assertExists()
        }
    }

    private fun check(screen: String, variant: Variant) = look(variant, screens.getValue(screen)) { faults ->
        assertEquals(emptyList<String>(), faults, "$screen, ${variant.name}")
        if (screen.startsWith("record")) {
            val buttons = nodes(SemanticsMatcher.keyIsDefined(SemanticsActions.OnClick))
            val main = buttons.filter { (it.boundsInRoot.height / SCALE) >= MAIN_DP }.map { it.boundsInRoot }
            val view = Rect(0f, 0f, variant.widthDp * SCALE, variant.heightDp * SCALE)
            assertTrue(main.count { view.overlaps(it) && it.bottom <= view.bottom } >= 2, "in and out are in view: $main")
        }
        val image = Image.makeFromBitmap(onRoot().captureToImage().asSkiaBitmap())
        val file = File(System.getProperty("bibtrail.pictures"), "phone-$screen-${variant.name}.png")
        file.parentFile.mkdirs()
        file.writeBytes(checkNotNull(image.encodeToData(EncodedImageFormat.PNG)).bytes)
    }

    /** Shows [content] as [variant] says, and hands over what is wrong with it. */
    private fun look(
        variant: Variant,
        content: @Composable () -> Unit,
        then: DesktopComposeUiTest.(List<String>) -> Unit,
    ) {
        val (width, height) = (variant.widthDp * SCALE).toInt() to (variant.heightDp * SCALE).toInt()
        runDesktopComposeUiTest(width, height) {
            val direction = if (variant.language == "ar") LayoutDirection.Rtl else LayoutDirection.Ltr
            setContent {
                CompositionLocalProvider(
                    LocalWords provides FileWords(variant.language),
                    LocalDensity provides Density(SCALE, 1f),
                    LocalLayoutDirection provides direction,
                ) {
                    Box(Modifier.fillMaxSize().background(Color.Magenta)) {
                        Look(variant.isBlack, variant.textPercent, content)
                    }
                }
            }
            waitForIdle()
            then(faults())
        }
    }
}

@OptIn(ExperimentalTestApi::class)
private fun DesktopComposeUiTest.nodes(matcher: SemanticsMatcher): List<SemanticsNode> =
    onAllNodes(matcher, useUnmergedTree = true).fetchSemanticsNodes()

/** What is wrong with what is shown. */
@OptIn(ExperimentalTestApi::class)
private fun DesktopComposeUiTest.faults(): List<String> {
    val tapped = onAllNodes(SemanticsMatcher.keyIsDefined(SemanticsActions.OnClick)).fetchSemanticsNodes()
    val small = tapped.filter { minOf(it.size.width, it.size.height) / SCALE < SMALLEST_DP }
        .map { "too small: ${it.size / SCALE.toInt()} ${words(it)}" }
    val mute = tapped.filter { words(it).isBlank() }.map { "without words: ${it.boundsInRoot}" }
    val cut = nodes(SemanticsMatcher.keyIsDefined(SemanticsActions.GetTextLayoutResult)).mapNotNull(::cut)
    return small + mute + cut
}

private fun words(node: SemanticsNode): String {
    val described = node.config.getOrNull(SemanticsProperties.ContentDescription).orEmpty()
    val texts = node.config.getOrNull(SemanticsProperties.Text).orEmpty().map { it.text }
    return (described + texts).joinToString(" ")
}

private fun cut(node: SemanticsNode): String? {
    val results = mutableListOf<TextLayoutResult>()
    node.config.getOrNull(SemanticsActions.GetTextLayoutResult)?.action?.invoke(results)
    val cut = results.firstOrNull { isCut(it, node.size) }?.let { "cut: ${it.layoutInput.text}" }
    return cut ?: results.firstOrNull(::isSplit)?.let { "split: ${it.layoutInput.text}" }
}

/** Whether a word goes on in the next line. Scripts that do not part words by spaces may break anywhere. */
private fun isSplit(result: TextLayoutResult): Boolean {
    val text = result.layoutInput.text
    return (0 until result.lineCount - 1).map { result.getLineEnd(it) }.any { end ->
        end in 1 until text.length && isInside(text[end - 1]) && isInside(text[end])
    }
}

private fun isInside(letter: Char): Boolean =
    letter.isLetter() && !Character.isIdeographic(letter.code) && letter !in HANGUL

private val HANGUL = '\uAC00'..'\uD7A3'

private fun isCut(result: TextLayoutResult, room: IntSize): Boolean {
    val lines = 0 until result.lineCount
    val isTooWide = lines.any { result.getLineRight(it) - result.getLineLeft(it) > room.width + 1 }
    val isTooHigh = result.getLineBottom(lines.last) > room.height + 1
    return isTooWide || isTooHigh || result.multiParagraph.didExceedMaxLines
}
