/** Names of environment variables that decide which code runs, or where it reads and sends: no value of a secret belongs there. */

/** Names by pattern, and what they change. Compared without regard to case, since some programs read them so. */
const DRIVING: readonly (readonly [RegExp, string])[] = [
  [
    /^(PATH|PATHEXT|CDPATH|FPATH|MANPATH|COMSPEC|SHELL|EDITOR|VISUAL|PAGER|BROWSER|LESSOPEN|LESSCLOSE|LESS|TERMINFO|TERMCAP)$/,
    "which programs are found or started",
  ],
  [/^(LD|DYLD|_RLD|LIBPATH|SHLIB|GCONV|GLIBC|MALLOC|LIBC)(_|$)/, "which libraries are loaded"],
  [
    /^(BASH_.*|ENV|ZDOTDIR|IFS|PS4|PROMPT_COMMAND|SHELLOPTS|BASHOPTS|GLOBIGNORE|POSIXLY_CORRECT|KSH_.*|FCEDIT|INPUTRC)$/,
    "what a shell runs",
  ],
  [/^(NODE|NPM|YARN|PNPM|BUN|DENO|COREPACK|TS_NODE|VITE_NODE|ELECTRON)(_|$)/, "what Node and its tools load"],
  [/^(PYTHON.*|(PIP|VIRTUAL_ENV|CONDA|POETRY|UV)(_.*)?)$/, "what Python and its tools load"],
  [
    /^(PERL|RUBY|GEM|BUNDLE|RAKE|PHP|LUA|JULIA|ERL|ELIXIR|MIX|GUILE|TCL)([A-Z_0-9].*)?(OPT|LIB|5LIB|5OPT|5DB|PATH|HOME|_INIT|_CPATH|_CPATH_.*|_SCAN_DIR|RC|_DEPOT_PATH|_LOAD_PATH|_FLAGS|_AFLAGS|_ZFLAGS|FILE|GEMFILE|LIBRARY)$|^R_(HOME|LIBS|PROFILE|ENVIRON)(_.*)?$/,
    "what an interpreter loads",
  ],
  [
    /^(JAVA|JDK|_JAVA|MAVEN|GRADLE|ANT|SBT|SCALA|KOTLIN|CLASSPATH|CATALINA|JVM|LEIN)(_.*)?$/,
    "what Java and its tools load",
  ],
  [/^(DOTNET|COMPLUS|CORECLR|COR|MSBUILD|NUGET)(_|$)/, "what .NET loads"],
  [
    /^((CGO|CARGO|RUST|RUSTUP|CMAKE|MAKE)(_.*)?|RUSTC(_.*)?|RUST(FLAGS|DOC.*)|GO(FLAGS|PATH|ROOT|BIN|ENV|PROXY|TOOLCHAIN|TOOLDIR|DEBUG|SUMDB|NOSUMDB|PRIVATE|INSECURE|VCS|CACHE.*|MODCACHE|TMPDIR|WORK|AUTH)|CC|CXX|CPP|LD|AR|AS|(LD|C|CPP|CXX)FLAGS|MAKEFLAGS|MAKEFILES)$/,
    "what a build runs",
  ],
  [/^((GIT|SSH|GPG|HG|SVN|RSYNC)(_.*)?|GNUPGHOME|HGRCPATH)$/, "what Git and SSH run, and whom they trust"],
  [
    /^(HOME|USERPROFILE|APPDATA|LOCALAPPDATA|XDG_.*|TMPDIR|TMP|TEMP|PWD|OLDPWD|NETRC|HOSTALIASES|LOCALDOMAIN|RES_OPTIONS|TZDIR|LOCPATH|NLSPATH)$/,
    "where programs look for their configuration",
  ],
  [
    /^((HTTP|HTTPS|FTP|ALL|NO|SOCKS|RSYNC|GLOBAL_AGENT_HTTP)_PROXY|.*_PROXY_URL|SSL_CERT_.*|CURL_.*|REQUESTS_CA_BUNDLE|SSLKEYLOGFILE|OPENSSL_.*|KRB5.*|WGETRC|GRPC_.*)$/,
    "where connections go, and whom they trust",
  ],
  [
    /^(KUBECONFIG|KUBERNETES_(SERVICE|PORT).*|DOCKER_.*|CONTAINER_HOST|BUILDKIT_.*|COMPOSE_.*|HELM_.*|TF_.*|TERRAFORM_.*|ANSIBLE_.*)$/,
    "which system a tool acts on",
  ],
  [
    /^(VAULT|BAO|CONSUL|NOMAD|ETCDCTL|AWS|AZURE|GOOGLE|CLOUDSDK|BOTO)_(ADDR|HTTP_ADDR|CONFIG.*|SHARED_.*|CONFIG_FILE|CA.*|ENDPOINT.*|PROFILE|SKIP_VERIFY|TLS_.*|PROXY.*|APPLICATION_CREDENTIALS|PYTHON.*)$/,
    "which system a tool acts on, and how it logs in",
  ],
  [/^(LACRE|SOPS)(_|$)/, "what lacre itself reads"],
  [
    /^(PG(SERVICE.*|SYSCONFDIR|PASSFILE|SSL.*)|MYSQL_(HOME|TEST_LOGIN_FILE)|PSQL.*|REDISCLI_.*|ORACLE_HOME|TNS_ADMIN|ODBC.*)$/,
    "what a database client reads",
  ],
  [
    /^(QT_.*PATH.*|GTK_(PATH|MODULES).*|GIO_.*|GST_.*|VK_.*|DBUS_.*|DISPLAY|XAUTHORITY|WAYLAND_.*|PULSE_.*|FONTCONFIG_.*|OTEL_(EXPORTER|CONFIG|NODE|PYTHON|JAVAAGENT).*|DD_(TRACE|AGENT).*|SENTRY_.*PATH)$/,
    "what else a program loads or reports to",
  ],
];

/** What a variable of this name would change, or undefined for one that is only a value. */
export function whatItDrives(name: string): string | undefined {
  const upper = name.toUpperCase();
  return DRIVING.find(([pattern]) => pattern.test(upper))?.[1];
}
