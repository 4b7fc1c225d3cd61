// On a device or emulator: the library loads, its checksums hold, failures arrive as errors, keys survive.
package bibtrail.app

import androidx.test.ext.junit.runners.AndroidJUnit4
import androidx.test.platform.app.InstrumentationRegistry
import bibtrail.core.CoreException
import bibtrail.core.coreVersion
import bibtrail.core.failOnPurpose
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith

@RunWith(AndroidJUnit4::class)
class OnDeviceTest {
    @Test
    fun theLibraryLoadsAndFailsAsItShould() {
        assertTrue(coreVersion().isNotEmpty())
        assertThrows(CoreException.Panic::class.java) { failOnPurpose(true) }
        assertThrows(CoreException.Invalid::class.java) { failOnPurpose(false) }
    }

    @Test
    fun aSecretIsThereAgain() {
        val context = InstrumentationRegistry.getInstrumentation().targetContext
        val secret = ByteArray(32) { it.toByte() }
        WrappedKeys(context).save("test", secret)
        assertArrayEquals(secret, WrappedKeys(context).load("test"))
    }
}
