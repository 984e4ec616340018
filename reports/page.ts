import { type Insert, Markup, markup } from './markup.ts';
import { darkRules } from './palette.ts';

/** A whole HTML document that needs nothing else: no script, no file, no network. Light or dark as the reader prefers. */
export function page(title: string, body: Insert): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Markup(styles)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.text;
}

const styles = `
:root{--ground:#f4f6f8;--card:#fff;--ink:#1f2933;--muted:#5f6b7a;--line:#dde2e8;--code:#f4f6f8;--answer:#00795a;--answer-ground:#e8f5f0;--caution:#8a5a00;--caution-ground:#fdf3df;--accent:#0072b2;--accent-ground:#e6f1f8;color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:920px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:26px;line-height:1.25;margin:2px 0 12px}
h2{font-size:19px;margin:0 0 12px}
h3{font-size:15px;margin:22px 0 8px}
p{margin:8px 0}
section,header{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:22px 24px;margin:0 0 18px}
.kicker,.note,figcaption{color:var(--muted);font-size:13px}
.note{margin-top:6px}
h1,h2,h3,p,li{overflow-wrap:anywhere}
td{overflow-wrap:break-word}
td:first-child{min-width:5em}
.warnings{list-style:none;padding:0}
.hypothesis{font-size:17px;margin:0 0 16px;padding-left:14px;border-left:3px solid var(--line)}
.verdict{border-radius:8px;padding:14px 18px;margin:16px 0 0;background:var(--accent-ground);border-left:5px solid var(--accent)}
.verdict strong{font-size:18px;display:block}
.verdict.no_edge{background:var(--answer-ground);border-color:var(--answer)}
.verdict.unproven{background:var(--caution-ground);border-color:var(--caution)}
.loud{background:var(--caution-ground);border:2px solid var(--caution);border-radius:8px;padding:10px 16px;margin:0 0 18px}
.badge{display:inline-block;font-size:12px;font-weight:600;border-radius:4px;padding:0 7px;background:var(--accent-ground);color:var(--accent)}
.badge.caution{background:var(--caution);color:var(--card)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th{text-align:left;color:var(--muted);font-weight:600;font-size:12.5px;white-space:nowrap}
th,td{padding:5px 12px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}
tr>:last-child{padding-right:0}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tr.strong td{font-weight:600}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(250px,1fr));gap:2px 26px;margin:8px 0}
.facts div{display:flex;justify-content:space-between;gap:12px;border-bottom:1px solid var(--line);padding:3px 0;font-size:13.5px}
.facts dt{color:var(--muted);flex-shrink:2}
.facts dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(120px,1fr));gap:12px;margin:4px 0 14px}
.tiles div{border:1px solid var(--line);border-radius:8px;padding:8px 12px}
.tiles b{display:block;font-size:19px;font-variant-numeric:tabular-nums}
.tiles span{color:var(--muted);font-size:12.5px}
pre,code{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace}
pre{background:var(--code);border:1px solid var(--line);border-radius:8px;padding:12px 14px;overflow-x:auto;margin:8px 0}
code{overflow-wrap:anywhere}
figure{margin:16px 0 0}
figure svg{display:block;width:100%;height:auto;border:1px solid var(--line);border-radius:8px}
ul{padding-left:20px;margin:8px 0}
sup{font-size:10px}
@media screen and (prefers-color-scheme:dark){
:root{--ground:#121519;--card:#1b1f26;--ink:#e6e9ee;--muted:#9aa5b4;--line:#323841;--code:#14171c;--answer:#35c196;--answer-ground:#14302a;--caution:#f0b840;--caution-ground:#34290f;--accent:#4fa9dd;--accent-ground:#12293a}
${darkRules()}
}
@media print{
body{background:#fff;font-size:11pt}
main{max-width:none;padding:0}
section,header{border:0;border-radius:0;padding:0;margin:0 0 20px}
h2,h3{break-after:avoid}
figure,tr,.verdict,.loud,.tiles{break-inside:avoid}
pre{white-space:pre-wrap}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;
