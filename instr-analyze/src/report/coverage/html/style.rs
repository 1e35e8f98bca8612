//! How the pages look, by day and by night.

/// Stands in each page.
pub(super) const STYLE: &str = "\
:root { color-scheme: light dark; --hit: #e3f5e3; --miss: #fde2e2; --part: #fdf3d3; --dead: #b00020; --faint: #777; --line: #ccc; }
@media (prefers-color-scheme: dark) { :root { --hit: #16301a; --miss: #401a1d; --part: #3b3211; --dead: #ff8a8a; --faint: #999; --line: #444; } }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5em; }
a { color: inherit; }
table { border-collapse: collapse; }
th, td { padding: 1px 10px; text-align: right; }
th { font-weight: 600; border-bottom: 1px solid var(--line); }
td.name, th.name { text-align: left; }
table.source { font: 13px/1.4 ui-monospace, monospace; width: 100%; }
table.source td { padding: 0 8px; vertical-align: top; }
table.source td.code { text-align: left; white-space: pre-wrap; width: 100%; }
td.number, td.ways { color: var(--faint); white-space: nowrap; }
tr.hit td.code { background: var(--hit); }
tr.miss td.code { background: var(--miss); }
tr.part td.code { background: var(--part); }
tr:target td { outline: 2px solid var(--dead); }
.dead { color: var(--dead); font-weight: 600; white-space: normal; }
.open { color: var(--dead); white-space: normal; }
.faint { color: var(--faint); }
";
