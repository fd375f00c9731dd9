/** The page's whole style; the policy of the page allows this text and nothing else, by its hash. */
export const pageStyle = `
:root{color-scheme:light dark;--bg:#fbfbfa;--fg:#1c1d21;--dim:#62656d;--line:#e3e4e8;--card:#fff;--code:#f2f3f5;--accent:#b4521e;
--get:#1d6f42;--post:#1f5fbf;--patch:#8a5a00;--delete:#b3261e}
@media (prefers-color-scheme:dark){:root{--bg:#131417;--fg:#e7e8ec;--dim:#9a9da6;--line:#2a2c32;--card:#1a1c20;--code:#24262c;--accent:#f0915a;
--get:#6cc796;--post:#82b1ff;--patch:#e6b450;--delete:#ff8a80}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;display:grid;grid-template-columns:minmax(15rem,19rem) minmax(0,1fr);background:var(--bg);color:var(--fg);
font:15px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.25rem 1rem;border-right:1px solid var(--line);font-size:13px}
nav ul{list-style:none;margin:0;padding:0}nav li{margin:.1rem 0}nav ul ul{margin:.1rem 0 .8rem}
nav a{display:block;padding:.15rem .4rem;border-radius:6px;color:inherit;text-decoration:none;overflow-wrap:anywhere}
nav a:hover{background:var(--code)}nav>ul>li>a{font-weight:600;text-transform:capitalize}
.brand{font-weight:700;font-size:15px;color:var(--accent)!important;margin-bottom:.8rem}
main{max-width:60rem;padding:2rem clamp(1rem,4vw,3rem) 6rem}
h1{font-size:1.7rem;margin:0 0 .5rem}h1 small{font-size:.9rem;font-weight:400;color:var(--dim)}
h2{margin:2.5rem 0 1rem;text-transform:capitalize;font-size:1.25rem}h3{margin:0 0 .3rem;font-size:1rem;overflow-wrap:anywhere}
h4{margin:1rem 0 .3rem;font-size:.8rem;color:var(--dim);text-transform:uppercase;letter-spacing:.04em}
article{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.2rem;margin:0 0 1rem}
article:target{border-color:var(--accent)}
.summary{font-weight:600;margin:.2rem 0}p{margin:.4rem 0}
code,pre,.type{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{background:var(--code);border-radius:8px;padding:.7rem .9rem;overflow:auto;margin:.6rem 0}
p code,td code{background:var(--code);border-radius:4px;padding:.05rem .3rem}
b{font:600 11px/1.5 ui-monospace,Menlo,monospace;text-transform:uppercase}
.get{color:var(--get)}.post{color:var(--post)}.patch{color:var(--patch)}.delete{color:var(--delete)}.ws{color:var(--accent)}
table{width:100%;border-collapse:collapse;font-size:14px}td{padding:.35rem .6rem .35rem 0;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
tr:first-child td{border-top:0}td:first-child{white-space:nowrap}td table{margin-top:.3rem}
em{color:var(--delete);font-style:normal}.type{color:var(--dim)}a{color:var(--accent)}a:focus-visible,pre:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@media (max-width:52rem){body{display:block}nav{position:static;height:auto;max-height:40vh;border-right:0;border-bottom:1px solid var(--line)}}
`;
