/** A secret that is told by its looks. Patterns and flags mean the same in JavaScript and in Python's `re` with `re.ASCII`. */
export interface ValueRule {
  name: string;
  /** What group 1 holds is kept, where there is one. Linear in the length of the text. */
  pattern: string;
  ignoreCase?: boolean;
  /** A text without any of these cannot match; without hints every text is tried. */
  hints?: readonly string[];
  /** Every match has 16 characters of `[A-Za-z0-9_-]` in a row. */
  longRun?: boolean;
}

/** Secrets that are told by their names, in lower case and without `_`, `-`, `.` and spaces. */
export interface KeyRules {
  /** A name that is or ends with one of these, the first of which names the rule. */
  endings: readonly string[];
  /** A name that is one of these. */
  exact: readonly string[];
  /** A name that ends with one of these is none after all. */
  except: readonly string[];
}

/** The same table as clients/contract/redaction-rules.json, which a test holds it to. */
export const valueRules: readonly ValueRule[] = [
  {
    name: "jwt",
    pattern: "(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{13,8192}\\.eyJ[A-Za-z0-9_-]{8,8192}\\.[A-Za-z0-9_-]{0,8192}",
    hints: ["eyJ"],
    longRun: true,
  },
  { name: "anthropic", pattern: "sk-ant-[A-Za-z0-9_-]{16,8192}", hints: ["sk-ant-"], longRun: true },
  { name: "openrouter", pattern: "sk-or-v1-[0-9a-f]{32,8192}", hints: ["sk-or-v1-"], longRun: true },
  {
    name: "openai",
    pattern: "\\bsk-(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,8192}|[A-Za-z0-9]{20,8192})",
    hints: ["sk-"],
    longRun: true,
  },
  { name: "google", pattern: "\\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])", hints: ["AIza"], longRun: true },
  {
    name: "google-oauth",
    pattern: "\\b(?:ya29\\.[A-Za-z0-9_-]{20,8192}|GOCSPX-[A-Za-z0-9_-]{20,8192})",
    hints: ["ya29.", "GOCSPX-"],
    longRun: true,
  },
  {
    name: "aws-access-key",
    pattern: "\\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\\b",
    hints: ["AKIA", "ASIA", "ABIA", "ACCA"],
    longRun: true,
  },
  {
    name: "github",
    pattern: "\\b(?:gh[opsur]_[A-Za-z0-9]{36,8192}|github_pat_[A-Za-z0-9_]{36,8192})",
    hints: ["ghp_", "gho_", "ghs_", "ghu_", "ghr_", "github_pat_"],
    longRun: true,
  },
  {
    name: "gitlab",
    pattern: "\\bgl(?:agent|cbt|dt|ffct|ft|imt|oas|pat|ptt|rt|soat)-[A-Za-z0-9_-]{20,8192}",
    hints: [
      "glagent-",
      "glcbt-",
      "gldt-",
      "glffct-",
      "glft-",
      "glimt-",
      "gloas-",
      "glpat-",
      "glptt-",
      "glrt-",
      "glsoat-",
    ],
    longRun: true,
  },
  {
    name: "slack",
    pattern: "\\bxox[abeoprs](?:\\.xox[bp])?-[A-Za-z0-9-]{11,8192}|\\bxapp-[0-9]-[A-Za-z0-9-]{20,8192}",
    hints: ["xox", "xapp-"],
    longRun: true,
  },
  {
    name: "stripe",
    pattern: "\\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,8192}",
    hints: ["sk_live_", "sk_test_", "rk_live_", "rk_test_"],
    longRun: true,
  },
  { name: "huggingface", pattern: "\\bhf_[A-Za-z0-9]{30,8192}", hints: ["hf_"], longRun: true },
  { name: "npm", pattern: "\\bnpm_[A-Za-z0-9]{36}(?![A-Za-z0-9])", hints: ["npm_"], longRun: true },
  { name: "pypi", pattern: "\\bpypi-[A-Za-z0-9_-]{50,8192}", hints: ["pypi-"], longRun: true },
  { name: "sendgrid", pattern: "\\bSG\\.[A-Za-z0-9_-]{16,64}\\.[A-Za-z0-9_-]{16,8192}", hints: ["SG."], longRun: true },
  { name: "twilio", pattern: "\\bSK[0-9a-f]{32}(?![0-9A-Za-z])", hints: ["SK"], longRun: true },
  { name: "digitalocean", pattern: "\\bdo[opr]_v1_[a-f0-9]{64}", hints: ["_v1_"], longRun: true },
  { name: "docker", pattern: "\\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,8192}", hints: ["dckr_"], longRun: true },
  { name: "vault", pattern: "\\bhv[sbr]\\.[A-Za-z0-9_-]{24,8192}", hints: ["hvs.", "hvb.", "hvr."], longRun: true },
  { name: "groq", pattern: "\\bgsk_[A-Za-z0-9]{40,8192}", hints: ["gsk_"], longRun: true },
  { name: "xai", pattern: "\\bxai-[A-Za-z0-9]{40,8192}", hints: ["xai-"], longRun: true },
  { name: "perplexity", pattern: "\\bpplx-[A-Za-z0-9]{40,8192}", hints: ["pplx-"], longRun: true },
  { name: "replicate", pattern: "\\br8_[A-Za-z0-9]{37}(?![A-Za-z0-9])", hints: ["r8_"], longRun: true },
  { name: "langsmith", pattern: "\\blsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}", hints: ["lsv2_"], longRun: true },
  { name: "tavily", pattern: "\\btvly-(?:dev-|prod-)?[A-Za-z0-9]{20,8192}", hints: ["tvly-"], longRun: true },
  { name: "databricks", pattern: "\\bdapi[a-f0-9]{32}(?![A-Za-z0-9])", hints: ["dapi"], longRun: true },
  { name: "linear", pattern: "\\blin_(?:api|oauth)_[A-Za-z0-9]{32,8192}", hints: ["lin_"], longRun: true },
  { name: "notion", pattern: "\\bntn_[A-Za-z0-9]{40,8192}", hints: ["ntn_"], longRun: true },
  { name: "sentry", pattern: "\\bsntry[su]_[A-Za-z0-9_]{16}[A-Za-z0-9+/=_]{24,8192}", hints: ["sntry"], longRun: true },
  {
    name: "supabase",
    pattern: "\\bsb(?:p_[a-f0-9]{40}|_secret_[A-Za-z0-9_-]{20,8192})",
    hints: ["sbp_", "sb_secret_"],
    longRun: true,
  },
  {
    name: "grafana",
    pattern: "\\bgl(?:sa|c)_[A-Za-z0-9_]{16}[A-Za-z0-9+/=_]{16,8192}",
    hints: ["glsa_", "glc_"],
    longRun: true,
  },
  { name: "newrelic", pattern: "\\bNRAK-[A-Z0-9]{27}", hints: ["NRAK-"], longRun: true },
  {
    name: "shopify",
    pattern: "\\bshp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}",
    hints: ["shpat_", "shpca_", "shppa_", "shpss_"],
    longRun: true,
  },
  { name: "telegram", pattern: "\\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])", hints: [":AA"], longRun: true },
  {
    name: "private-key",
    pattern:
      "-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:(?:[ \\t\\r\\n]|\\\\[nrt]){1,8}[A-Za-z][A-Za-z-]{1,19}: [^\\r\\n\\\\]{1,120}){0,4}(?:(?:[ \\t\\r\\n]|\\\\[nrt]){0,8}[A-Za-z0-9+/=]{16,8192}){1,512}(?:(?:[ \\t\\r\\n]|\\\\[nrt]){0,8}[A-Za-z0-9+/=]{1,15})?(?:(?:[ \\t\\r\\n]|\\\\[nrt]){0,8}-----END [A-Z0-9 ]{1,60}-----)?",
    hints: ["PRIVATE KEY"],
  },
  {
    name: "aws-secret-key",
    pattern:
      "(secret_?access_?key[\\\"'\\\\]{0,3}[ \\t\\r\\n]{0,4}[:=][ \\t\\r\\n]{0,4}[\\\"'\\\\]{0,3})[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])",
    ignoreCase: true,
    hints: ["ecret", "ECRET"],
  },
  {
    name: "slack-webhook",
    pattern: "(hooks\\.slack\\.com/(?:services|workflows|triggers)/)[A-Za-z0-9+/]{20,8192}",
    hints: ["hooks.slack.com/"],
  },
  { name: "webhook-secret", pattern: "\\bwhsec_[A-Za-z0-9+/=]{24,8192}", hints: ["whsec_"] },
  {
    name: "azure",
    pattern: "((?:AccountKey|SharedAccessKey)=)[A-Za-z0-9+/]{40,8192}={0,2}",
    hints: ["AccountKey=", "SharedAccessKey="],
  },
  {
    name: "azure-client-secret",
    pattern: "(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])",
    hints: ["Q~"],
  },
  {
    name: "authorization",
    pattern:
      "(\\bauthorization[\\\"'\\\\]{0,3}[ \\t\\r\\n]{0,4}[:=][ \\t\\r\\n]{0,4}[\\\"'\\\\]{0,3}(?:(?:apikey|basic|bearer|bot|digest|negotiate|token)[ \\t\\r\\n]{1,4}|(?=[A-Za-z._~+/=-]{0,64}[0-9])))(?!(?:apikey|basic|bearer|bot|digest|negotiate|token)[ \\t\\r\\n])[A-Za-z0-9._~+/=-]{8,8192}",
    ignoreCase: true,
    hints: ["uthorization", "UTHORIZATION"],
  },
  {
    name: "bearer",
    pattern: "(\\bbearer[ \\t\\r\\n]{1,4})(?=[A-Za-z._~+/=-]{0,64}[0-9])[A-Za-z0-9._~+/=-]{16,8192}",
    ignoreCase: true,
    hints: ["earer ", "EARER "],
  },
  {
    name: "cookie",
    pattern:
      "(\\b(?:set-)?cookie[\\\"'\\\\]{0,3}:[ \\t\\r\\n]{0,4}[\\\"'\\\\]{0,3})[A-Za-z0-9_.-]{1,128}=[^\\r\\n\\\"'\\\\]{4,8192}",
    ignoreCase: true,
    hints: ["ookie", "OOKIE"],
  },
  {
    name: "api-key-header",
    pattern:
      "(\\b(?:x-)?(?:[a-z]{1,20}-)?(?:api|access|auth|private|subscription)-(?:key|token)[\\\"'\\\\]{0,3}:[ \\t\\r\\n]{0,4}[\\\"'\\\\]{0,3})(?!\\[redacted:)[A-Za-z0-9._~+/=-]{12,8192}",
    ignoreCase: true,
    hints: ["-key", "-token", "-Key", "-Token", "-KEY", "-TOKEN"],
  },
  {
    name: "url-password",
    pattern: "(://[^ \\t\\r\\n/:@\\\"'<>\\\\]{0,128}:)(?!\\[redacted:)[^ \\t\\r\\n/@\\\"'<>\\\\]{1,256}(?=@)",
    hints: ["://"],
  },
  {
    name: "url-parameter",
    pattern:
      "([?&](?:(?:access|refresh|id|auth|session|security)_token|token|api_?key|client_secret|password|sig|x-amz-signature|x-amz-security-token|x-goog-signature)=)(?!\\[redacted:)[^&\\s\\\"'<>#\\\\]{8,8192}",
    ignoreCase: true,
    hints: [
      "oken=",
      "OKEN=",
      "key=",
      "Key=",
      "KEY=",
      "ecret=",
      "ECRET=",
      "assword=",
      "ASSWORD=",
      "sig=",
      "Sig=",
      "SIG=",
      "ignature=",
      "IGNATURE=",
    ],
  },
  {
    name: "assignment",
    pattern:
      "((?<![A-Za-z0-9_])[A-Z0-9_]{0,64}(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|SECRET_KEY|API_KEY|APIKEY|ACCESS_KEY|PRIVATE_KEY|TOKEN)=[\\\"'\\\\]{0,3})(?![$<({\\[])[^ \\t\\r\\n\\\"'\\\\,;]{6,8192}",
    hints: ["PASSWORD=", "PASSWD=", "PASSPHRASE=", "SECRET=", "_KEY=", "APIKEY=", "TOKEN="],
  },
  {
    name: "json-field",
    pattern:
      "([\\\"'](?:[A-Za-z0-9_-]{0,40}[_-])?(?:password|passwd|passphrase|secret|client_?secret|secret_?key|api_?key|access_?key|private_?key|access_?token|refresh_?token|auth_?token|session_?token)\\\\{0,2}[\\\"'][ \\t\\r\\n]{0,4}:[ \\t\\r\\n]{0,4}\\\\{0,2}[\\\"'])(?!\\[redacted:|\\$\\{|<)[^\\\"'\\\\\\r\\n]{4,8192}",
    ignoreCase: true,
    hints: [
      "assw",
      "ASSW",
      "assphrase",
      "ASSPHRASE",
      "ecret",
      "ECRET",
      "_key",
      "-key",
      "apikey",
      "Key",
      "KEY",
      "oken",
      "OKEN",
    ],
  },
];

export const keyRules: KeyRules = {
  endings: [
    "password",
    "passwd",
    "passphrase",
    "passwordhash",
    "secret",
    "secretkey",
    "secretaccesskey",
    "apikey",
    "apisecret",
    "accesskey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "accountkey",
    "authorization",
    "cookie",
    "cookies",
    "connectionstring",
    "jwt",
    "bearer",
    "token",
  ],
  exact: ["pass", "dbpass", "userpass", "smtppass"],
  except: [
    "pagetoken",
    "nexttoken",
    "continuationtoken",
    "stoptoken",
    "eostoken",
    "bostoken",
    "padtoken",
    "unktoken",
    "masktoken",
    "septoken",
    "clstoken",
    "synctoken",
    "changetoken",
    "cursortoken",
    "starttoken",
    "endtoken",
    "firsttoken",
    "lasttoken",
    "specialtoken",
    "pertoken",
  ],
};
