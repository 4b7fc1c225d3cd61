// What screens are made of: texts, things to tap, rows, notices.
//
// Invariant: everything to tap is at least `Sizes.tap` high, is tapped once (no swipe, no long press), and says what it
// is to TalkBack.
package bibtrail.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.RowScope
import androidx.compose.foundation.layout.defaultMinSize
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.text.BasicText
import androidx.compose.foundation.text.BasicTextField
import androidx.compose.foundation.verticalScroll
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.TextUnit
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.min
import androidx.compose.ui.unit.sp
import bibtrail.core.Notice
import bibtrail.core.Tone
import bibtrail.core.Wording

/** The colour of what a tone means. */
@Composable
fun colour(tone: Tone): Color = when (tone) {
    Tone.GOOD -> paints.good
    Tone.QUIET -> paints.faint
    Tone.NOTICE -> paints.ink
    Tone.WARNING -> paints.look
    Tone.ALARM -> paints.bad
}

/** The sign beside the colour, for whoever does not see it. */
fun sign(tone: Tone): String = when (tone) {
    Tone.GOOD -> "✓"
    Tone.QUIET -> "·"
    Tone.NOTICE -> "i"
    Tone.WARNING -> "!"
    Tone.ALARM -> "‼"
}

/** A text. */
@Composable
fun Say(
    text: String,
    modifier: Modifier = Modifier,
    size: TextUnit = 18.sp,
    colour: Color = paints.ink,
    isBold: Boolean = false,
    align: TextAlign = TextAlign.Start,
    maxLines: Int = Int.MAX_VALUE,
) {
    val weight = if (isBold) FontWeight.Bold else FontWeight.Normal
    BasicText(
        text,
        modifier,
        TextStyle(color = colour, fontSize = size, fontWeight = weight, textAlign = align, lineHeight = size * 1.25f),
        overflow = TextOverflow.Ellipsis,
        maxLines = maxLines,
    )
}

/** A size that grows with the texts, and no further than [most]: for what is large already. */
@Composable
fun capped(size: TextUnit, most: Dp): TextUnit = with(LocalDensity.current) { min(size.toDp(), most).toSp() }

/** A heading inside a screen. */
@Composable
fun Heading(text: String) {
    Say(text, Modifier.padding(top = 12.dp, bottom = 4.dp).semantics { heading() }, size = capped(20.sp, 30.dp), isBold = true)
}

/** Something to tap. [label] is what TalkBack reads; [content] is what is seen. */
@Composable
fun Tap(
    label: String,
    onTap: () -> Unit,
    modifier: Modifier = Modifier,
    minHeight: Dp = Sizes.tap,
    fill: Color = paints.raised,
    isEnabled: Boolean = true,
    content: @Composable () -> Unit,
) {
    val shape = RoundedCornerShape(10.dp)
    Box(
        modifier
            .defaultMinSize(minWidth = Sizes.tap, minHeight = minHeight)
            .background(fill, shape)
            .border(1.dp, paints.line, shape)
            .clickable(enabled = isEnabled, role = Role.Button, onClick = onTap)
            .semantics(mergeDescendants = true) { contentDescription = label }
            .padding(horizontal = 10.dp, vertical = 3.dp),
        Alignment.Center,
    ) { content() }
}

/** A button with a text. */
@Composable
fun Button(
    text: String,
    onTap: () -> Unit,
    modifier: Modifier = Modifier,
    minHeight: Dp = Sizes.tap,
    isMain: Boolean = false,
    isEnabled: Boolean = true,
) {
    val fill = if (isMain) paints.ink else paints.raised
    val ink = if (isMain) paints.ground else if (isEnabled) paints.ink else paints.faint
    Tap(text, onTap, modifier, minHeight, fill, isEnabled) {
        Say(text, size = capped(20.sp, 23.dp), colour = ink, isBold = true, align = TextAlign.Center)
    }
}

/** A row with the sign and colour of its tone at its beginning. */
@Composable
fun Toned(tone: Tone, modifier: Modifier = Modifier, content: @Composable ColumnScope.() -> Unit) {
    Row(
        modifier.fillMaxWidth().border(1.dp, paints.line, RoundedCornerShape(10.dp)).padding(8.dp),
        Arrangement.spacedBy(10.dp),
        Alignment.Top,
    ) {
        Sign(tone)
        Column(Modifier.weight(1f), content = content)
    }
}

/** The sign of a tone, in a box of its colour. It is decoration: the words beside it say the same. */
@Composable
fun Sign(tone: Tone) {
    Box(
        Modifier
            .defaultMinSize(minWidth = 32.dp, minHeight = 32.dp)
            .background(colour(tone), RoundedCornerShape(8.dp))
            .padding(horizontal = 4.dp)
            .clearAndSetSemantics { },
        Alignment.Center,
    ) { Say(sign(tone), size = 20.sp, colour = paints.ground, isBold = true) }
}

/** What wants attention, the worst first. */
@Composable
fun Notices(notices: List<Notice>) {
    for (notice in notices) {
        Toned(notice.tone, Modifier.padding(bottom = 6.dp)) { Say(said(notice.text), isBold = notice.tone == Tone.ALARM) }
    }
}

/** Lines of what the core says, one below the other. */
@Composable
fun Lines(wordings: List<Wording>, colour: Color = paints.ink, isBold: Boolean = false) {
    for (wording in wordings) {
        Say(said(wording), colour = colour, isBold = isBold)
    }
}

/** A bib as rows show it. */
@Composable
fun RowBib(bib: String) {
    Say(bib.ifEmpty { "—" }, size = 26.sp, isBold = true, maxLines = 1)
}

/** A row of buttons that share the width. */
@Composable
fun Buttons(content: @Composable RowScope.() -> Unit) {
    Row(
        Modifier.fillMaxWidth().heightIn(min = Sizes.tap).padding(vertical = 4.dp),
        Arrangement.spacedBy(Sizes.gap),
        Alignment.CenterVertically,
        content,
    )
}

/** Something that is on or off. The sign says which, beside the colour. */
@Composable
fun Toggle(text: String, isOn: Boolean, onChange: (Boolean) -> Unit, modifier: Modifier = Modifier) {
    Row(
        modifier
            .fillMaxWidth()
            .heightIn(min = 48.dp)
            .toggleable(isOn, role = Role.Switch, onValueChange = onChange)
            .padding(vertical = 4.dp),
        Arrangement.spacedBy(12.dp),
        Alignment.CenterVertically,
    ) {
        Mark(isOn)
        Say(text, Modifier.weight(1f), size = 20.sp)
    }
}

/** One of several. */
@Composable
fun Choice(text: String, isChosen: Boolean, onChoose: () -> Unit) {
    Row(
        Modifier
            .fillMaxWidth()
            .heightIn(min = Sizes.tap)
            .selectable(isChosen, role = Role.RadioButton, onClick = onChoose)
            .padding(vertical = 4.dp),
        Arrangement.spacedBy(12.dp),
        Alignment.CenterVertically,
    ) {
        Mark(isChosen)
        Say(text, Modifier.weight(1f), size = 20.sp, isBold = isChosen)
    }
}

@Composable
private fun Mark(isOn: Boolean) {
    val shape = RoundedCornerShape(8.dp)
    val fill = if (isOn) paints.ink else paints.ground
    Box(Modifier.size(36.dp).background(fill, shape).border(2.dp, paints.ink, shape), Alignment.Center) {
        val size = with(LocalDensity.current) { 20.dp.toSp() }
        if (isOn) Say("✓", size = size, colour = paints.ground, isBold = true)
    }
}

/** A line in which something is typed, with its name above. */
@Composable
fun Typing(name: String, text: String, onChange: (String) -> Unit, modifier: Modifier = Modifier) {
    Column(modifier.fillMaxWidth()) {
        Say(name, colour = paints.faint)
        BasicTextField(
            text,
            onChange,
            Modifier.fillMaxWidth().heightIn(min = Sizes.tap).semantics { contentDescription = name },
            textStyle = TextStyle(color = paints.ink, fontSize = 20.sp),
            singleLine = true,
            cursorBrush = SolidColor(paints.ink),
            decorationBox = { inner ->
                val shape = RoundedCornerShape(10.dp)
                Box(
                    Modifier.fillMaxWidth().heightIn(min = Sizes.tap).border(2.dp, paints.ink, shape).padding(16.dp),
                    Alignment.CenterStart,
                ) { inner() }
            },
        )
    }
}

/** What stays from left to right in every language: the pad, as on every phone. */
@Composable
fun LeftToRight(content: @Composable () -> Unit) {
    CompositionLocalProvider(LocalLayoutDirection provides LayoutDirection.Ltr, content = content)
}

/** A screen that scrolls. */
@Composable
fun Page(content: @Composable ColumnScope.() -> Unit) {
    Column(
        Modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(Sizes.edge),
        Arrangement.spacedBy(Sizes.gap),
        content = content,
    )
}
