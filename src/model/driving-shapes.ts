/**
 * Variables that say by their last words that a program obeys them: the half of the judgement in driving-names.ts that knows no
 * program. Upper case; `*` stands for any text; `*_RSH` is RSH too; numbers at the end (`LUA_PATH_5_4`) are left out before.
 */
import type { Family } from "./driving-families.ts";

/** The last words of a credential. No program that we know runs, loads or follows what such a variable holds. */
export const CREDENTIALS = `*_TOKEN *_PASSWORD *_PASSWD *_PASS *_PWD *_PASSPHRASE *_SECRET *_KEY *_APIKEY *_KEY_ID *_SECRET_ID *_ROLE_ID *_CLIENT_ID
  *_TENANT_ID *_COOKIE *_AUTH *_USERNAME`;

/** Names that Terraform makes of words the user chose: variables, and credentials by host. */
export const FREE = "TF_VAR_* TF_TOKEN_*";

/** What has a word of the shapes below and is data: parts of URLs and object stores, and abbreviations that end like run-commands files. */
export const PLAIN = `*_API_PATH *_BASE_PATH *_URL_PATH *_URI_PATH *_CONTEXT_PATH *_ROUTE_PATH *_WEBHOOK_PATH *_CALLBACK_PATH *_REDIRECT_PATH
  *_HEALTH_PATH *_HEALTHCHECK_PATH *_METRICS_PATH *_COOKIE_PATH *_BUCKET_PATH *_S3_PATH *_FEATURE_FLAGS *STORAGE_CLASS *_SRC *_CRC *_IRC *_ARC *_TRC`;

export const SHAPES: readonly Family[] = [
  {
    drives: "which programs are found or started",
    names: `*PAGER *EDITOR *BROWSER *VIEWER *VISUAL *ASKPASS *SHELL *COMMAND *COMMANDS *CMD *BINDIR *_RSH *_SSH *_PROG *_PROGRAM *_BIN
      *_BINARY *_EXE *_EXEC *_EXECUTABLE *_SCRIPT *_HOOK *_HOOKS *_WRAPPER *_LAUNCHER *_INTERPRETER *_COMPILER *_LINKER *_SYMBOLIZER
      *_DEBUGGER *_OPENER *_SANDBOX *_DIFF *_MERGE *DIFFTOOL *DIFF_TOOL *MERGETOOL *MERGE_TOOL *_EXEC_PREFIX *_INSTALL_PREFIX`,
  },
  {
    drives: "the options of a program",
    names:
      "*OPTS *OPTIONS *FLAGS *ARGS *ARGUMENTS *_OPT *_ARG *_DEFAULTS *RUNPARAM *TUNABLES *_HEAP *HEAPSIZE *HEAP_SIZE *NEWSIZE *_MEM",
  },
  {
    drives: "what a program loads",
    names: `*PRELOAD *PRELOADS *PRELOAD_* *LIB *LIBS *LIBRARY *LIBRARIES *MODULE *MODULES *PLUGIN *PLUGINS *ADDONS *STARTUP *STARTUPHOOKS
      *STARTUP_HOOKS *INIT *INPUTS *_EXTENSION *_EXTENSIONS *_INCLUDE *_INCLUDES *_JAR *_JARS *_LOADER *_ASSEMBLIES *_PROFILER
      *_INJECTION *_AUTOLOAD *_DRIVERS *_RUNTIME *_CLASS`,
  },
  {
    drives: "where a program is configured",
    names: `*CONF *CONFS *CONFIG *CONFIGS *CONFIGURATION *CONFIGURATIONS *CONFIG_FILES *CONFIG_LOCATION *CONFIG_LOCATIONS *CONFIG_URL
      *CONFIG_URI *CONFIG_JSON *CONFIG_YAML *CONFIG_TOML *CONFIG_XML *CONFIG_CONTENT *CONFIG_CONTENTS *CONFIG_DATA *CONFIG_OVERRIDE
      *CONFIG_OVERRIDES *CONFIG_B64 *CONFIG_BASE64 *CONFIG_EXTRA *YAML *YML *TOML *CFG *_SETTINGS *_PROPERTIES *_INI *RC *RCFILE
      *_PROFILE`,
  },
  {
    drives: "where a program looks for files, or puts them",
    names: `*PATH *PATHS *HOME *DIR *DIRS *_DIRECTORY *_DIRECTORIES *_FOLDER *_FOLDERS *ROOT *ROOTS *FILE *FILES *FILENAME *FILENAMES
      *_HISTORY *_CACHE`,
  },
  {
    drives: "where connections go",
    names: `*PROXY *PROXIES *PROXY_* *EMULATOR_HOST *METADATA_HOST *METADATA_HOSTNAME *METADATA_IP *METADATA_URL *METADATA_URI*
      *METADATA_ENDPOINT *METADATA_SERVICE* *_IDENTITY_ENDPOINT *_MSI_ENDPOINT *_IMDS_ENDPOINT *CREDENTIALS_URI *CREDENTIALS_*_URI
      *AUTHORITY_HOST *_SOCK *MIRROR *MIRRORS *_REGISTRY *INDEX_URL *DOWNLOAD_URL *DOWNLOAD_HOST *DOWNLOAD_SERVER *DOWNLOAD_BASE_URL
      *DIST_URL *DIST_SERVER *DIST_BASE_URL *BINARY_URL *BINARY_HOST *BINARY_SITE *CDN_URL *INSTALL_URL`,
  },
  {
    drives: "whom connections trust",
    names: `*CACERT *CACERTS *CA_CERT *CA_CERTS *CABUNDLE *CA_BUNDLE *CAINFO *CA_INFO *CASTORE *CA_STORE *TRUSTSTORE *TRUST_STORE
      *TRUSTSTORE_* *TRUST_STORE_* *ROOT_CERT *ROOT_CERTS *SSL_VERIFY *TLS_VERIFY *SSLVERIFY *HTTPSVERIFY *VERIFY_SSL *VERIFY_TLS
      *VERIFY_PEER *VERIFY_HOST *VERIFY_HOSTNAME *VERIFY_CERT *VERIFY_CERTS *SKIP_VERIFY *SKIP_TLS_VERIFY *NO_VERIFY *_INSECURE
      *UNAUTHORIZED`,
  },
];
