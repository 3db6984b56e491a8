/// How a report's page looks: on paper, on a phone, and in the dark.
enum HTMLStyle {
    /// The four series differ in lightness and dashes as well as in hue, for printers and for eyes that see
    /// fewer colours (hues after Okabe and Ito).
    static let sheet = """
        :root {
          --paper: #fdfcf9; --card: #ffffff; --ink: #1d2126; --soft: #5a626b; --rule: #dcd9d0;
          --c1: #0b5fa5; --c2: #d06a00; --c3: #00806a; --c4: #a8447f;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #15181c; --card: #1d2126; --ink: #e8e6e1; --soft: #a3abb3; --rule: #373d44;
            --c1: #6fb4f2; --c2: #f0a04b; --c3: #4fd0b0; --c4: #e08cbc;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 76rem; background: var(--paper);
          color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
        }
        header { border-bottom: 3px double var(--rule); margin-bottom: 1.5rem; }
        header p { color: var(--soft); margin: 0.2rem 0 1rem; }
        .shop { letter-spacing: 0.08em; text-transform: uppercase; font-size: 0.8rem; margin: 0; }
        h1, h2 { font-family: Georgia, "DejaVu Serif", serif; line-height: 1.2; }
        h1 { font-size: 2.1rem; margin: 0; }
        h2 { font-size: 1.35rem; margin: 2.2rem 0 0.3rem; }
        section > p { color: var(--soft); margin: 0 0 0.8rem; }
        .tiles, .charts { display: grid; gap: 1rem; }
        .tiles { grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); }
        .charts { grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); }
        .tile, figure {
          background: var(--card); border: 1px solid var(--rule); border-radius: 6px; margin: 0; padding: 0.9rem;
        }
        figure { max-width: 30rem; }
        .tile h2 { margin: 0; font-size: 0.95rem; font-family: inherit; text-transform: capitalize; color: var(--soft); }
        .tile p { margin: 0; }
        .big { font-size: 1.9rem; font-weight: 600; font-variant-numeric: tabular-nums; }
        .big small { font-size: 0.9rem; font-weight: 400; color: var(--soft); }
        .small { color: var(--soft); font-size: 0.85rem; }
        figcaption { font-weight: 600; }
        figcaption::first-letter { text-transform: uppercase; }
        figure > svg { display: block; width: 100%; height: auto; }
        svg text { fill: var(--soft); font-size: 11px; text-anchor: middle; font-family: inherit; }
        svg text.end { text-anchor: end; }
        svg text.total { fill: var(--ink); font-weight: 600; }
        .grid, .axis { stroke: var(--rule); stroke-width: 1; }
        .axis { stroke: var(--soft); }
        polyline, .legend line { fill: none; stroke-width: 2; stroke-linejoin: round; }
        .s1 { stroke: var(--c1); } .s2 { stroke: var(--c2); stroke-dasharray: 7 3; }
        .s3 { stroke: var(--c3); stroke-dasharray: 2 3; } .s4 { stroke: var(--c4); stroke-dasharray: 9 3 2 3; }
        .f1 { fill: var(--c1); } .f2 { fill: var(--c2); } .f3 { fill: var(--c3); } .f4 { fill: var(--c4); }
        .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; margin: 0.4rem 0 0; padding: 0;
          font-size: 0.82rem; color: var(--soft); }
        .legend li { display: flex; align-items: center; gap: 0.4rem; }
        .legend svg { width: 24px; height: 16px; flex: none; }
        .scroll { overflow-x: auto; margin: 0 0 1.5rem; }
        :focus-visible { outline: 3px solid var(--c1); outline-offset: 2px; }
        table { border-collapse: collapse; width: 100%; font-size: 0.88rem; font-variant-numeric: tabular-nums; }
        caption { text-align: left; font-weight: 600; padding: 0.6rem 0; }
        th, td { text-align: right; padding: 0.25rem 0.55rem; white-space: nowrap; }
        th { color: var(--soft); font-weight: 500; border-bottom: 2px solid var(--rule); }
        td { border-bottom: 1px solid var(--rule); }
        .w { text-align: left; }
        tr.g td { border-top: 2px solid var(--rule); }
        .notes { padding-left: 1.2rem; }
        .notes li { margin: 0.25rem 0; }
        dl { display: grid; grid-template-columns: minmax(7rem, auto) 1fr; gap: 0.25rem 1.2rem; margin: 0.8rem 0; }
        dt { color: var(--soft); }
        dd { margin: 0; overflow-wrap: anywhere; }
        @media (max-width: 34rem) {
          body { padding: 1rem 0.7rem 2rem; }
          h1 { font-size: 1.7rem; }
          dl { grid-template-columns: 1fr; gap: 0; }
          dd { margin-bottom: 0.5rem; }
        }
        @media print {
          :root {
            --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --rule: #bbb;
            --c1: #0b5fa5; --c2: #d06a00; --c3: #00806a; --c4: #a8447f;
          }
          @page { size: A4; margin: 14mm; }
          body { padding: 0; max-width: none; font-size: 10.5pt; }
          .charts { grid-template-columns: repeat(3, 1fr); gap: 0.5rem; }
          .tiles { grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); }
          .big { font-size: 15pt; }
          .tile, .legend { font-size: 8pt; }
          .legend { gap: 0 0.6rem; }
          svg text { font-size: 17px; }
          .tile, figure { padding: 0.4rem; break-inside: avoid; }
          h2 { break-after: avoid; }
          .scroll { overflow: visible; }
          table { font-size: 8pt; }
          th, td { padding: 0.12rem 0.3rem; }
          thead { display: table-header-group; }
          tr { break-inside: avoid; }
          * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        }
        """
}
