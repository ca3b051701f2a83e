'use strict';
// Before anything is drawn.
(() => {
  try {
    const theme = localStorage.getItem('queue-dashboard-theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Nothing may be stored here: the system's theme holds.
  }
})();
