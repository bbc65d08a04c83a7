Sentry.init({ dsn: "https://4f1d2c3b4a5968778695a4b3c2d1e0f9@o123.ingest.sentry.io/456" });
