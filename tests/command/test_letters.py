"""Names reach the text of a broadcast in letters that it carries, and lengths are counted as it counts them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.command.letters import gsm7_length, plain_latin, ucs2_length


# As road signs and passports write them.
@pytest.mark.parametrize(
    ("greek", "latin"),
    [
        ("Τρούλος Κάτω", "Troulos Kato"),
        ("Σκιάθος", "Skiathos"),
        ("Κουκουναριές", "Koukounaries"),
        ("Ξάνθη", "Xanthi"),
        ("Ψαθόπυργος", "Psathopyrgos"),
        ("Χώρα", "Chora"),
        # αυ, ευ and ηυ are voiced before vowels and voiced consonants, and not else.
        ("Ναύπακτος", "Nafpaktos"),
        ("Αύρα", "Avra"),
        ("Εύβοια", "Evvoia"),
        ("Αγία Παρασκευή", "Agia Paraskevi"),
        ("Ευαγγελίστρια", "Evangelistria"),
        ("Λευκάδα, Δελφινέικα άνευ", "Lefkada, Delfineika anef"),
        ("εφηύρε", "efivre"),
        # An accent on the first vowel or a diaeresis on the second keeps them apart.
        ("Ταΰγετος", "Taygetos"),
        ("άυλος", "aylos"),
        ("Προϋπόθεση", "Proypothesi"),
        # μπ is b at either end of a word.
        ("Μπαμπίνη", "Bampini"),
        ("Κλαμπ", "Klab"),
        ("Αγκίστρι", "Agkistri"),
        ("Σφίγξ", "Sfinx"),
        ("Μελαγχολία", "Melancholia"),
        ("Ντάπια", "Ntapia"),
        # Capitals: one for the first letter, or all.
        ("Θάσος ΘΑΣΟΣ", "Thasos THASOS"),
        ("ΟΥΡΑΝΟΥΠΟΛΗ", "OURANOUPOLI"),
        ("ΜΠΟΥΡΤΖΙ ΕΥΒΟΙΑΣ ΒΑΘΥ ΛΑΧ", "BOURTZI EVVOIAS VATHY LACH"),
        # Many accents, and other ways to write them.
        ("Ἅγιος Νικόλαος τοῦ Αὐλῶνος", "Agios Nikolaos tou Avlonos"),
        ("Παραλία Beach 2", "Paralia Beach 2"),
    ],
)
def test_greek_names_are_written_as_on_road_signs(greek, latin):
    assert plain_latin(greek) == latin
    assert plain_latin(unicodedata.normalize("NFD", greek)) == latin


@pytest.mark.parametrize("name", ["Straße", "Sjøgata", "Åre", "Malmö", "Ærø", "Café Élan", "Señor & Co: 5 £", "a~b"])
def test_letters_that_a_broadcast_has_stay(name):
    assert plain_latin(name) == name


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Łódź", "Lodz"),
        ("İzmir", "Izmir"),
        ("Paleó Limáni", "Paleo Limani"),
        ("Þingvellir", "Thingvellir"),
        ("Đakovo", "Dakovo"),
        ("Façade", "Facade"),
        ("‘old’ – “new”…", "'old' - \"new\"..."),
        ("`x` \t", "'x'"),
    ],
)
def test_letters_beyond_the_broadcast_alphabet_become_those_most_like_them(name, plain):
    assert plain_latin(name) == plain


def test_what_cannot_be_written_is_left_out_and_a_question_mark_stands_where_nothing_is_left():
    assert plain_latin("Пляж Beach 🔥") == "Beach"
    for name in ("Пляж", "Пляж Пляж", "🔥", " ", ""):
        assert plain_latin(name) == "?"


@given(st.text(st.characters(max_codepoint=0x2FFF, exclude_categories=["Cs"]), max_size=30))
def test_any_name_comes_out_in_letters_that_a_broadcast_carries_and_stays_as_it_is_then(name):
    plain = plain_latin(name)
    assert len(plain) <= gsm7_length(plain) <= 2 * len(plain)  # raises for a letter that is not in the alphabet
    assert plain.strip() == plain != ""
    assert plain_latin(plain) == plain


def test_length_is_counted_as_the_broadcast_counts_it():
    assert gsm7_length("To [A]") == 8  # brackets are of the extension table: two each
    assert gsm7_length("Straße à Sjø") == 12
    assert gsm7_length("5 €") == 4
    for wrong in ("`ά", "ç", "\t", "ψ", "\x1b"):
        with pytest.raises(ValueError, match="no GSM-7 text"):
            gsm7_length(wrong)
    assert ucs2_length("Χώρα") == 4
    assert ucs2_length("🔥") == 2
