from onboarding.core.charts import Link, chain


def test_chain_places_boxes_and_joins_in_both_drawings() -> None:
    picture = chain(
        [
            Link("ok", "Kunde", "Fjordbyen legekontor", "Har bekreftet"),
            Link("wait", "Scopes", "2 av 3 godkjent", "Venter"),
            Link("ok", "API", "CommunicationPartyRestApi versjon to for alle", "Svarer"),
        ]
    )

    assert [(box.x, box.y) for box in picture.boxes] == [(0, 0), (190, 104), (380, 208)]
    assert [box.lines for box in picture.boxes] == [
        ["Fjordbyen", "legekontor"],
        ["2 av 3 godkjent"],
        ["CommunicationPa…", "versjon to for…"],
    ]
    assert [join.state for join in picture.joins] == ["wait", "wait"]
    assert [join.across for join in picture.joins] == ["M160 62h30", "M350 62h30"]
    assert [join.down for join in picture.joins] == ["M28 80v24", "M28 184v24"]
    assert (picture.width, picture.height) == (540, 288)


def test_one_link_needs_no_join() -> None:
    picture = chain([Link("ok", "Kunde", "Storvik", "Har bekreftet")])

    assert picture.joins == []
    assert (picture.width, picture.height) == (160, 80)
