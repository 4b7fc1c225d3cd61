// Stand-in: what runs a test on a device.
@file:Suppress("unused", "PackageDirectoryMismatch")

package androidx.test.ext.junit.runners

import org.junit.runners.BlockJUnit4ClassRunner

/** Named by tests; run by nobody here. */
class AndroidJUnit4(test: Class<*>) : BlockJUnit4ClassRunner(test)
