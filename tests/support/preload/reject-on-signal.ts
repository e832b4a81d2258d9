// Loaded before the app in a test: a signal makes a promise be rejected that nobody waits for.
process.on('SIGUSR2', () => {
  void Promise.reject(new Error('a mistake that nobody caught'));
});
