/** The report's style sheet: light and dark by the reader's preference, and paper. Colours are safe for colour-blind readers. */
export const style = `
:root{color-scheme:light dark;--paper:#fff;--wash:#f6f7f9;--rule:#e3e6ea;--strong-rule:#c4c9d1;--ink:#1b1f27;--soft:#5c6470;
--candidate:#0b62b8;--champion:#b65a00;--positive:#c2410c;--negative:#2f6f9f;--good:#17713a;--bad:#b3261e;--good-wash:#edf7f0;--bad-wash:#fdf0ef;--tint:#0b62b8}
@media (prefers-color-scheme:dark){:root{--paper:#12151a;--wash:#1a1e25;--rule:#2a303a;--strong-rule:#444c59;--ink:#e6e9ee;--soft:#9aa3b0;
--candidate:#6cb2ff;--champion:#f0a050;--positive:#ff9466;--negative:#7cb8e6;--good:#62c98a;--bad:#ff8a80;--good-wash:#14251b;--bad-wash:#2b1715;--tint:#4c9aec}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1080px;margin:0 auto;padding:40px 28px 64px}
header{border-bottom:2px solid var(--ink);padding-bottom:18px;margin-bottom:24px}
.eyebrow{margin:0;color:var(--soft);font-size:12px;font-weight:600;letter-spacing:.09em;text-transform:uppercase}
h1{font-size:30px;line-height:1.2;margin:4px 0 2px;letter-spacing:-.015em;overflow-wrap:anywhere}
header p.about{margin:0 0 4px;color:var(--soft)}
h2{font-size:18px;line-height:1.3;margin:0 0 10px;letter-spacing:-.005em}
section{margin:0 0 40px}
code{font:.88em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
.quiet{color:var(--soft);font-weight:400;font-size:.87em}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
dl{margin:0}dt{color:var(--soft);font-size:12px}dd{margin:0}
.tiles{display:flex;flex-wrap:wrap;gap:10px 36px;margin:14px 0 0}
section .tiles{margin:0 0 22px}
.tiles dd{font-size:16px;font-weight:600;overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:12px 28px;margin-bottom:22px}
.columns{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,3fr);gap:0 36px;align-items:start}
.scroll{overflow-x:auto}
.scroll+.scroll{margin-top:22px}.columns .scroll+.scroll{margin-top:0}
table{border-collapse:collapse;width:100%;font-size:14px}
caption{text-align:left;color:var(--soft);font-size:13px;padding:0 0 6px}
th,td{padding:6px 14px 6px 0;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--rule)}
th:last-child,td:last-child{padding-right:0}
thead th{font-size:12px;font-weight:600;color:var(--soft);border-bottom:1px solid var(--strong-rule);white-space:nowrap}
tbody th{font-weight:500}
.number{text-align:right;white-space:nowrap}
td.number b{font-weight:600}
.plotted{width:180px;text-align:center;vertical-align:middle}
.verdict{border:1px solid;border-left-width:6px;border-radius:4px;padding:18px 22px 8px}
.verdict.good{border-color:var(--good);background:var(--good-wash)}
.verdict.bad{border-color:var(--bad);background:var(--bad-wash)}
.verdict h2{font-size:24px;margin:0;display:flex;align-items:center;gap:10px}
.verdict.good h2{color:var(--good)}.verdict.bad h2{color:var(--bad)}
.verdict p{margin:2px 0 12px}
.verdict th,.verdict td{border-bottom:0;border-top:1px solid var(--rule);vertical-align:top}
.verdict thead th{border-top:0}
.verdict td.plotted{padding-top:4px;padding-bottom:0}
.seal{display:inline-grid;place-items:center;flex:none;width:28px;height:28px;border-radius:50%;color:var(--paper);font-size:17px;line-height:1}
.good .seal{background:var(--good)}.bad .seal{background:var(--bad)}
.gates tbody th{white-space:nowrap}.gates code{display:block;font-weight:600}
.mark{font-size:12px;font-weight:600}.mark.good{color:var(--good)}.mark.bad{color:var(--bad)}
.reason{min-width:260px;font-size:13.5px}
.role{font-size:12px;padding:1px 7px;border-radius:9px;border:1px solid var(--strong-rule);color:var(--soft)}
.role.private{border-color:var(--champion);color:var(--champion)}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:26px 32px}
figure{margin:0}figcaption{font-weight:600;font-size:14px;margin-bottom:6px}
.plots+.scroll{margin-top:22px}.plots figure.wide{max-width:none;grid-column:1/-1;min-width:0}.wide .plots.small{margin-top:4px}.wide .plots.small figcaption{font-weight:500;font-size:13px}.key{display:flex;flex-wrap:wrap;gap:2px 16px;margin:0 0 4px;font-size:12.5px}.key span{display:inline-flex;align-items:center;gap:6px}.key svg{width:22px;height:10px}
svg{display:block;width:100%;height:auto}
svg text{font-family:inherit;fill:var(--ink)}
.plots figure{max-width:540px}
.plots.small{grid-template-columns:repeat(auto-fill,minmax(290px,1fr));gap:22px 28px;margin-top:14px}.plots.small figure{max-width:360px;min-width:0}
.plots.small .line.threshold{stroke-width:1;stroke:var(--soft)}.outcome{margin:2px 0 0;font-size:13px;overflow-wrap:anywhere}
.interval{width:180px;margin:0 auto}.meter{display:inline-block;width:36px;margin-right:7px;vertical-align:middle}
.grid{stroke:var(--rule);fill:none}.axis{stroke:var(--strong-rule);fill:none}
.tick{font-size:12px}svg .tick,svg .label{fill:var(--soft)}.label{font-size:12.5px}.legend{font-size:12px}
.line{fill:none;stroke-width:2;stroke-linejoin:round}.area{stroke:none;fill-opacity:.09}
.line.candidate,.whisker.candidate{stroke:var(--candidate)}.point.candidate,.area.candidate,.hill.candidate{fill:var(--candidate)}
.line.champion{stroke:var(--champion);stroke-dasharray:6 3}
.line.chance{stroke:var(--soft);stroke-width:1.2;stroke-dasharray:2 3}
.line.best{stroke:var(--soft);stroke-width:1.2}
.line.threshold{stroke:var(--ink);stroke-width:1.4;stroke-dasharray:5 3}
.point{stroke:var(--paper);stroke-width:1.5}
.whisker{fill:none;stroke-width:1.6}.whisker.ink{stroke:var(--ink);stroke-width:1.2}
.hill{fill-opacity:.42;stroke-width:1.2}.box{fill-opacity:.42}
.negative{fill:var(--negative);stroke:var(--negative)}.positive{fill:var(--positive);stroke:var(--positive)}
.hill.candidate{stroke:var(--candidate)}
.cell-back{fill:var(--wash)}.cell{fill:var(--tint)}.cell.miss{fill:var(--positive)}
.cell-count{font-size:17px;font-weight:600}.cell-text{font-size:12px}svg .on-dark{fill:var(--paper)}
.bar{fill:var(--candidate);fill-opacity:.8}.bar.bad{fill:var(--bad)}.cross{stroke:var(--bad);stroke-width:1.8;fill:none}.meter-back{fill:var(--rule)}
.bar.before{fill:var(--paper);fill-opacity:1;stroke:var(--ink);stroke-width:1.1}.line.faint{stroke:var(--candidate);stroke-width:1.2;stroke-opacity:.55}
.slices figure{max-width:640px;margin-bottom:18px}.slices th[scope=row]{white-space:nowrap}.slices figcaption{font-weight:400;font-size:13px}.point.bad{fill:var(--bad)}svg.forest .whisker{stroke-width:2}
.whisker.champion{stroke:var(--champion)}.point.champion{fill:var(--champion)}svg.timeline{min-width:620px;max-width:820px}
.shade{fill:none;stroke-width:4.4;stroke-linecap:round;stroke-opacity:.72}.shade.none{stroke:var(--soft)}.shade.s0{stroke:var(--negative)}.shade.s1{stroke:color-mix(in srgb,var(--negative) 70%,var(--positive))}.shade.s2{stroke:color-mix(in srgb,var(--negative) 50%,var(--positive))}.shade.s3{stroke:color-mix(in srgb,var(--negative) 30%,var(--positive))}.shade.s4{stroke:var(--positive)}
.line.r0,.whisker.r0{stroke:#0072b2}.point.r0{fill:#0072b2}.line.r1,.whisker.r1{stroke:#d55e00}.point.r1{fill:#d55e00}.line.r2,.whisker.r2{stroke:#009e73}.point.r2{fill:#009e73}.line.r3,.whisker.r3{stroke:#cc79a7}.point.r3{fill:#cc79a7}.line.r4,.whisker.r4{stroke:#e69f00}.point.r4{fill:#e69f00}.line.r5,.whisker.r5{stroke:#56b4e9}.point.r5{fill:#56b4e9}
table.fixed{table-layout:fixed}
svg.key{display:inline-block;width:12px;height:12px;vertical-align:-1px}
details{margin-top:14px}summary{cursor:pointer;font-weight:600;font-size:14px}
.when{white-space:nowrap}
.swatch{display:inline-block;width:22px;height:9px;margin:0 5px 0 2px;border:1.2px solid var(--ink);vertical-align:middle}.swatch.now{background:var(--candidate);border-color:var(--candidate)}
.causes{margin:0;padding-left:22px}.causes li{margin:0 0 6px}
.reference{stroke:var(--ink);stroke-width:1.3;stroke-dasharray:2 2}
.whisker.good{stroke:var(--good)}.whisker.bad{stroke:var(--bad)}.whisker.neutral{stroke:var(--soft)}
.estimate.good{fill:var(--good)}.estimate.bad{fill:var(--bad)}.estimate.neutral{fill:var(--soft)}
footer{border-top:1px solid var(--rule);padding-top:14px;color:var(--soft);font-size:13px}
footer p{margin:0 0 8px;max-width:86ch}
@media (max-width:760px){main{padding:22px 16px 40px}.columns{grid-template-columns:1fr}.columns .scroll+.scroll{margin-top:22px}.plots{grid-template-columns:minmax(0,1fr)}tbody th{min-width:170px}h1{font-size:24px}}
@media print{:root{color-scheme:light;--paper:#fff;--wash:#f6f7f9;--rule:#dcdfe4;--strong-rule:#aab0b9;--ink:#000;--soft:#4a515c;--candidate:#0b62b8;--champion:#b65a00;--positive:#c2410c;--negative:#2f6f9f;--good:#17713a;--bad:#b3261e;--good-wash:#edf7f0;--bad-wash:#fdf0ef;--tint:#0b62b8}
@page{margin:14mm}body{font-size:10.5pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}main{max-width:none;padding:0}table{font-size:9.5pt}
.plots{grid-template-columns:repeat(2,minmax(0,1fr))}figure,.verdict,tr{break-inside:avoid}h2,caption,thead{break-after:avoid}.scroll{overflow:visible}}
`.trim();
