private static final String KEY = "spring.datasource.password";
@Parameter(names = {"-p", "--password"}, password = true)
String secretName = "projects/1/secrets/db/versions/latest";
