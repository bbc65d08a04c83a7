private static final String DB_PASSWORD = "iaX4l1CpFCF-56";
