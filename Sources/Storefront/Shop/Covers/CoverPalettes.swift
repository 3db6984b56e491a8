/// The colours of covers: families of cloth, one for each topic, with several cloths in each.
enum CoverPalettes {
    /// Cloth and foil that go together; the ink has a contrast of at least 4.5 to 1 on its cloth.
    struct Palette {
        let cloth: String
        let figure: String
        let ink: String
    }

    /// Each family keeps to one hue or its neighbours, so that a shelf looks like one and its books do not look
    /// like one another.
    static let families: [[Palette]] = [
        // Sea
        [
            Palette(cloth: "#214c5e", figure: "#5893ac", ink: "#e2eaf8"),
            Palette(cloth: "#2f4d74", figure: "#7490b3", ink: "#e2e5f8"),
            Palette(cloth: "#15484c", figure: "#469aa0", ink: "#e2eff8"),
            Palette(cloth: "#375e7b", figure: "#819fb6", ink: "#e2e7f8"),
        ],
        // Brick
        [
            Palette(cloth: "#5b2925", figure: "#a7625d", ink: "#f8ebe2"),
            Palette(cloth: "#6f4834", figure: "#af8b79", ink: "#f8f1e2"),
            Palette(cloth: "#491820", figure: "#9b4b58", ink: "#f8e6e2"),
            Palette(cloth: "#804e42", figure: "#b8978f", ink: "#f8eee2"),
        ],
        // Moss
        [
            Palette(cloth: "#2f5035", figure: "#6b9973", ink: "#e2f8ed"),
            Palette(cloth: "#41624f", figure: "#85a392", ink: "#e2f8f3"),
            Palette(cloth: "#224120", figure: "#5b8e57", ink: "#e2f8e8"),
            Palette(cloth: "#4b6854", figure: "#90a797", ink: "#e2f8f0"),
        ],
        // Plum
        [
            Palette(cloth: "#352e52", figure: "#736a9b", ink: "#eee2f8"),
            Palette(cloth: "#504064", figure: "#9383a4", ink: "#f4e2f8"),
            Palette(cloth: "#1f2042", figure: "#565890", ink: "#e9e2f8"),
            Palette(cloth: "#5b4f72", figure: "#9f98af", ink: "#f1e2f8"),
        ],
        // Earth
        [
            Palette(cloth: "#664019", figure: "#b7824e", ink: "#f8f4e2"),
            Palette(cloth: "#725f22", figure: "#b8a361", ink: "#f6f8e2"),
            Palette(cloth: "#512110", figure: "#a9593c", ink: "#f8efe2"),
            Palette(cloth: "#7a5c29", figure: "#b99e6e", ink: "#f8f7e2"),
        ],
        // Night
        [
            Palette(cloth: "#263b59", figure: "#5f7ba5", ink: "#e2e4f8"),
            Palette(cloth: "#363d6d", figure: "#7a81ad", ink: "#e7e2f8"),
            Palette(cloth: "#193748", figure: "#4c7d99", ink: "#e2e9f8"),
            Palette(cloth: "#44537e", figure: "#909ab6", ink: "#e4e2f8"),
        ],
        // Wine
        [
            Palette(cloth: "#552a48", figure: "#a0648e", ink: "#f8e2ea"),
            Palette(cloth: "#683b4f", figure: "#a97f91", ink: "#f8e2e5"),
            Palette(cloth: "#451c42", figure: "#945190", ink: "#f8e2ef"),
            Palette(cloth: "#784a64", figure: "#b394a5", ink: "#f8e2e7"),
        ],
        // Pine
        [
            Palette(cloth: "#1c635f", figure: "#51b3ac", ink: "#e2f2f8"),
            Palette(cloth: "#266373", figure: "#68a6b6", ink: "#e2ecf8"),
            Palette(cloth: "#114f3d", figure: "#3fa687", ink: "#e2f7f8"),
            Palette(cloth: "#28676c", figure: "#67acb1", ink: "#e2eff8"),
        ],
        // Rust
        [
            Palette(cloth: "#672d18", figure: "#b8694c", ink: "#f8efe2"),
            Palette(cloth: "#7f5524", figure: "#be976a", ink: "#f8f5e2"),
            Palette(cloth: "#52110f", figure: "#ab3e3b", ink: "#f8eae2"),
            Palette(cloth: "#8c522c", figure: "#c1977b", ink: "#f8f2e2"),
        ],
        // Stone
        [
            Palette(cloth: "#44443c", figure: "#87877d", ink: "#f1f8e2"),
            Palette(cloth: "#53554e", figure: "#959791", ink: "#ebf8e2"),
            Palette(cloth: "#37342a", figure: "#7e7968", ink: "#f6f8e2"),
            Palette(cloth: "#61625b", figure: "#a3a39e", ink: "#eef8e2"),
        ],
        // Straw
        [
            Palette(cloth: "#d6c7a4", figure: "#ab9154", ink: "#312917"),
            Palette(cloth: "#dcdabc", figure: "#afab6e", ink: "#312f17"),
            Palette(cloth: "#d5ad86", figure: "#a17040", ink: "#312417"),
            Palette(cloth: "#b9af88", figure: "#7b714c", ink: "#312b17"),
        ],
        // Mist
        [
            Palette(cloth: "#b5c5c3", figure: "#728d8a", ink: "#17312d"),
            Palette(cloth: "#c9cecf", figure: "#889496", ink: "#172e31"),
            Palette(cloth: "#9bbfb3", figure: "#5a8678", ink: "#173128"),
            Palette(cloth: "#9da4a4", figure: "#5d6969", ink: "#173130"),
        ],
    ]
}
