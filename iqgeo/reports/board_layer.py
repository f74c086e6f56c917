"""A page of its own behind the board's: posts within reach, or how many come, as shades on the maps."""

from typing import Any, Final

from iqgeo.reports.board import MAP_MM, map_picture, method_words
from iqgeo.reports.board_state import Board
from iqgeo.reports.drawn import drawn
from iqgeo.reports.map.access import Layer, access_classes, access_overlay
from iqgeo.reports.map.scene import with_overlay
from iqgeo.scenario.settings import Settings
from iqgeo.texts import people_rounded, plain, text

_ONE_MAP_MM: Final = (140.0, 128.0)


def layer_page(board: Board, settings: Settings, layer: Layer) -> dict[str, Any]:
    """Everything the template prints of a layer: maps before and after, and who lives in which class.

    Parameters
    ----------
    board : Board
        What the paper is about.
    settings : Settings
        Posts and consultations of the networks.
    layer : Layer
        Which one.

    Returns
    -------
    dict[str, Any]
        Plain data.

    Raises
    ------
    InputError
        Naming every rate and number of posts that cannot be used.
    """
    lang, size = board.lang, _ONE_MAP_MM if len(board.scenes) == 1 else MAP_MM
    maps, columns = [], []
    for index, (scene, coverage) in enumerate(zip(board.scenes, board.coverages, strict=True)):
        shaded = with_overlay(scene, access_overlay(scene.base, coverage, settings, layer, lang))
        classes = access_classes(coverage, settings, layer, lang)
        columns.append(classes)
        told = "; ".join(f"{it.words}: {people_rounded(it.people, lang)}" for it in classes)
        picture = map_picture(board, index, drawn(shaded, board.sheet, size, lang), "")
        maps.append({**picture, "heading": board.state_name(index), "alt": f"{picture['heading']} {told}"})
    rows = [
        {
            "colour": same[0].colour, "hatched": same[0].is_nothing, "words": same[0].words,
            "figures": [people_rounded(it.people, lang) for it in same],
        }
        for same in zip(*columns, strict=True)
    ]  # fmt: skip
    rests = "2sfca_rests" if layer == "2sfca" else "attendance_rests"
    return {
        "heading": text(f"network.layer.{layer}", lang),
        "note": text(f"network.layer.{layer}_note", lang, km=plain(settings.half_km, lang)),
        "maps": maps,
        "columns": [
            board.say("layer_class"),
            *(board.say("layer_people", state=board.state_name(at)) for at in range(len(maps))),
        ],
        "rows": rows,
        "method": " ".join(
            (
                method_words(board), text(f"network.layer.{rests}", lang, posts=plain(settings.posts, lang)),
                board.say("layer_municipalities"),
            )
        ),
    }  # fmt: skip
