// Stand-in, see Activity.kt.
package androidx.lifecycle

interface LifecycleOwner
