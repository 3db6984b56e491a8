/// How `/docs` looks, on a phone and in the dark.
enum DocsStyle {
    /// What the page's content policy allows, and nothing else: the SHA-256 of ``sheet``. A test computes it.
    static let digest = "sha256-V+9dnJ0eY+azz7pLt1cnLWZzBxQqken8R74HaDstGFc="

    /// The only style of the page. Its text is what ``digest`` is of.
    static let sheet = """
        :root { color-scheme: light dark; --paper: #fdfcf9; --sunk: #efece4; --ink: #1d2126; --soft: #565e67;
        --rule: #dcd9d0; --link: #0b5394; }
        @media (prefers-color-scheme: dark) { :root { --paper: #15181c; --sunk: #232830; --ink: #e8e6e1;
        --soft: #a9b1b9; --rule: #3a4149; --link: #8fc1f5; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif;
        overflow-wrap: anywhere; }
        main { max-width: 54rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
        a { color: var(--link); text-underline-offset: .2em; }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        h1 { line-height: 1.2; margin: 0 0 1rem; }
        h2 { font-size: 1.15rem; margin: 0 0 .25rem; }
        h2 small, dt small { color: var(--soft); font-weight: 400; font-size: .875rem; }
        p { margin: 0 0 .75rem; }
        section { border-top: 1px solid var(--rule); padding: 1rem 0 .5rem; }
        code { font-family: ui-monospace, "Liberation Mono", monospace; font-size: .92em; }
        pre { margin: 0 0 .75rem; padding: .5rem .75rem; border-radius: .25rem; background: var(--sunk);
        white-space: pre-wrap; }
        nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; padding: 0; margin: 0 0 1.5rem; }
        nav a { display: inline-block; padding: .25rem 0; }
        dl { margin: 0 0 .75rem; } dd { margin: 0 0 .5rem 1rem; }
        section ul { padding-left: 1.2rem; margin: 0; }
        @media (min-width: 40rem) {
        dl div { display: grid; grid-template-columns: 14rem minmax(0, 1fr); gap: 0 1rem; } dd { margin-left: 0; }
        }

        """
}
