// Sharing goes on while the phone is in a pocket.
//
// Invariant: it runs only while phones are shared with, says so in a notification, and stops by itself.
package bibtrail.app

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.app.Service
import android.content.Context
import android.content.Intent
import android.content.pm.ServiceInfo
import android.os.Build
import android.os.IBinder

private const val CHANNEL = "sync"
private const val NOTICE = 1

/** What the notification's button says. */
private const val STOP = "bibtrail.app.STOP"

/** Keeps the process alive; the meetings themselves are the app's. */
class SyncService : Service() {
    override fun onBind(intent: Intent?): IBinder? = null

    override fun onStartCommand(intent: Intent?, flags: Int, startId: Int): Int {
        if (intent?.action == STOP) {
            (application as BibtrailApp).race.value?.sharing?.stop()
            // Where nothing was shared any more, nobody else ends it.
            stopSelf(startId)
            return START_NOT_STICKY
        }
        val text = getString(R.string.notification_sync)
        val channel = NotificationChannel(CHANNEL, text, NotificationManager.IMPORTANCE_LOW)
        getSystemService(NotificationManager::class.java).createNotificationChannel(channel)
        val open = Intent(this, MainActivity::class.java)
        val stop = Intent(this, SyncService::class.java).setAction(STOP)
        val stopping = PendingIntent.getService(this, 0, stop, PendingIntent.FLAG_IMMUTABLE)
        val notice = Notification.Builder(this, CHANNEL)
            .setSmallIcon(R.drawable.bib)
            .setContentTitle(text)
            .setContentIntent(PendingIntent.getActivity(this, 0, open, PendingIntent.FLAG_IMMUTABLE))
            .addAction(Notification.Action.Builder(null, getString(R.string.devices_stop), stopping).build())
            .setOngoing(true)
            .build()
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) {
            startForeground(NOTICE, notice, ServiceInfo.FOREGROUND_SERVICE_TYPE_CONNECTED_DEVICE)
        } else {
            startForeground(NOTICE, notice)
        }
        return START_NOT_STICKY
    }

    companion object {
        /** Begins; called while the app is in front. */
        fun begin(context: Context) {
            context.startForegroundService(Intent(context, SyncService::class.java))
        }

        /** Ends. */
        fun end(context: Context) {
            context.stopService(Intent(context, SyncService::class.java))
        }
    }
}
