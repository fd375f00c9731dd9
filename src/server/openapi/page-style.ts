/** The page's whole style; the policy of the page allows this text and nothing else, by its hash. */
export const pageStyle = `
:root{color-scheme:light dark;--bg:#fafaf8;--fg:#1c1d21;--dim:#5d606a;--line:#e2e3e7;--card:#fff;--code:#f1f2f4;--accent:#a84a18;
--get:#17683b;--post:#1d57b0;--patch:#7d5200;--delete:#ad2019;
--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){:root{--bg:#121316;--fg:#e8e9ed;--dim:#a0a3ad;--line:#2b2d33;--card:#191b1f;--code:#22252b;--accent:#f29a6b;
--get:#74cc9d;--post:#8ab6ff;--patch:#e8ba5e;--delete:#ff9189}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1.5rem;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;display:grid;grid-template-columns:18.5rem minmax(0,1fr);background:var(--bg);color:var(--fg);
font:15px/1.6 system-ui,-apple-system,"Segoe UI",sans-serif}
a{color:var(--accent);text-underline-offset:.15em}
a:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:6px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;z-index:2;background:var(--card);padding:.5rem .8rem}

nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.6rem 1rem 2rem;border-right:1px solid var(--line);font-size:13px;line-height:1.5}
nav ul{list-style:none;margin:0;padding:0}nav ul ul{margin:.1rem 0 1.1rem}
nav a{display:block;padding:.2rem .5rem;border-radius:6px;color:inherit;text-decoration:none;overflow-wrap:anywhere}
nav a:hover{background:var(--code)}
nav ul ul a{display:grid;grid-template-columns:2.9rem minmax(0,1fr);color:var(--dim)}nav ul ul a:hover{color:var(--fg)}
nav>ul>li>a{font-weight:600;text-transform:capitalize}
nav .brand{font-weight:700;font-size:15px;color:var(--accent);margin-bottom:.9rem}
nav b{font-size:10px;line-height:1.95}

main{width:100%;max-width:64rem;padding:2.6rem clamp(1rem,4vw,3.5rem) 6rem}
header p{max-width:44rem;font-size:16px}header .dim{font-size:14px}
h1{font-size:1.9rem;line-height:1.2;letter-spacing:-.02em;margin:0 0 .8rem}
h1 small{font-size:.9rem;font-weight:400;letter-spacing:0;color:var(--dim);margin-left:.3rem}
h2{margin:3.2rem 0 1rem;text-transform:capitalize;font-size:1.35rem;letter-spacing:-.01em;line-height:1.3}
h3{margin:0;font-size:15px;line-height:1.6;display:flex;flex-wrap:wrap;gap:.25rem .6rem;align-items:center;min-width:0}
h3 code{font-size:15px;font-weight:600;overflow-wrap:anywhere;min-width:0}
h4{margin:1.5rem 0 .35rem;font-size:.74rem;color:var(--dim);text-transform:uppercase;letter-spacing:.07em}
h3+table{margin-top:.6rem}
h4 a,h4 .type{text-transform:none;letter-spacing:0;font-weight:400;margin-left:.4rem}
article{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.3rem 1.5rem;margin:0 0 1.25rem}
article:target{border-color:var(--accent);box-shadow:0 0 0 1px var(--accent)}tr:target td{background:var(--code)}
.summary{font-weight:600;font-size:16px;margin:.6rem 0 .2rem}p{margin:.4rem 0}.dim{color:var(--dim)}
p.summary+p{max-width:46rem}

code,pre,.type{font:13px/1.6 var(--mono)}
pre{background:var(--code);border-radius:8px;padding:.75rem 1rem;margin:.9rem 0 .4rem;overflow-wrap:anywhere;line-height:0}
pre code{display:block;white-space:pre-wrap;padding-left:1.5em;text-indent:-1.5em}
p code,td code,li code{background:var(--code);border-radius:4px;padding:.1rem .35rem}h3 code{background:none;padding:0}
b{font:700 11px/1.6 var(--mono);text-transform:uppercase;letter-spacing:.02em}
.get{color:var(--get)}.post{color:var(--post)}.patch{color:var(--patch)}.delete{color:var(--delete)}.ws{color:var(--accent)}
h3 b{padding:.1rem .5rem;border-radius:6px;border:1px solid currentColor}

table{width:100%;border-collapse:collapse;font-size:14px;table-layout:fixed}
td{padding:.45rem 1rem .45rem 0;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
tr:first-child td{border-top:0}
td:first-child{width:13rem}.fields td:nth-child(2){width:13rem}.answers td:first-child{width:6rem}.errors td:nth-child(2){width:5rem}
.errors td:first-child{width:16rem}
.type,.where{color:var(--dim)}.where,em{font-size:12px;margin-left:.35rem;white-space:nowrap}em{color:var(--delete);font-style:normal}

@media (max-width:60rem){
body{display:block}html{scroll-padding-top:4.4rem}
nav{z-index:1;height:auto;display:flex;align-items:center;padding:.5rem 1rem;border-right:0;border-bottom:1px solid var(--line);background:var(--bg);font-size:14px;scrollbar-width:none}
nav ul{display:flex}nav ul ul{display:none}nav a{white-space:nowrap;padding:.45rem .6rem}nav .brand{margin:0;padding-left:0}
main{max-width:none;padding-top:1.6rem}
}
@media (max-width:38rem){
body{font-size:16px}article{padding:1.1rem 1rem;border-radius:10px}h1{font-size:1.6rem}
table,tbody,tr{display:block}td,td:first-child,.fields td:nth-child(2),.answers td:first-child{display:inline;width:auto;padding:0 .4rem 0 0;border:0}
tr{padding:.55rem 0;border-top:1px solid var(--line)}tr:first-child{border-top:0}
.fields td:nth-child(3){display:block;padding:.15rem 0 0}.fields td:empty{display:none}
}
`;
