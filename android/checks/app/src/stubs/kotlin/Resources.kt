// Stand-in: what Android's build makes of the resources that the app names in code.
@file:Suppress("unused", "ClassName", "ConstPropertyName")

package bibtrail.app

class R {
    object string {
        const val notification_sync = 1
        const val devices_stop = 3
    }

    object drawable {
        const val bib = 2
    }
}
