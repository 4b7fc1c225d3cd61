// androidx.annotation is in Google's repository alone.
package androidx.annotation

/** From which Android on something is there. */
annotation class RequiresApi(val value: Int)
