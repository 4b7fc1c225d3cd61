// What stands after # in a sign-in link never leaves the browser by itself: it is put into the form here, and forgotten
// by the address bar. Without this file people paste the link.
"use strict";

(() => {
  const link = document.getElementById("link");
  if (link && location.hash.length > 1) {
    link.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
    document.getElementById("name")?.focus();
  }
  const file = document.getElementById("file");
  const records = document.getElementById("records");
  if (file && records) {
    file.addEventListener("change", async () => {
      const [chosen] = file.files;
      if (!chosen) return;
      records.value = await chosen.text();
      document.getElementById("source").value ||= chosen.name;
    });
  }
})();
