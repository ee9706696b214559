/* Recherche sans serveur, cadres qui défilent au clavier, données ouvertes à l'impression. */
(function () {
  "use strict";
  var MAXIMUM = 12;

  function nu(texte) {
    return texte.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();
  }

  function rang(entree, mots) {
    var debut = nu(entree.t);
    var complet = " " + nu(entree.m);
    if (!mots.every(function (mot) { return complet.indexOf(mot) >= 0; })) { return -1; }
    var note = entree.g === "EPCI" ? 0 : 4;
    if (debut.indexOf(mots[0]) === 0) { return note; }
    if ((" " + debut).indexOf(" " + mots[0]) >= 0) { return note + 1; }
    return note + (complet.indexOf(" " + mots[0]) >= 0 ? 2 : 3);
  }

  function chercher(texte) {
    var mots = nu(texte).split(" ").filter(Boolean);
    if (!mots.length) { return []; }
    return window.__BILAN__.entrees
      .map(function (entree, ordre) { return { entree: entree, ordre: ordre, rang: rang(entree, mots) }; })
      .filter(function (r) { return r.rang >= 0; })
      .sort(function (a, b) { return a.rang - b.rang || a.ordre - b.ordre; })
      .map(function (r) { return r.entree; });
  }

  function ligne(entree) {
    var li = document.createElement("li");
    var lien = document.createElement("a");
    var genre = document.createElement("span");
    lien.href = document.body.dataset.base + entree.u;
    lien.textContent = entree.t;
    genre.className = "genre";
    genre.textContent = entree.g;
    lien.appendChild(document.createTextNode(" "));
    lien.appendChild(genre);
    li.appendChild(lien);
    return li;
  }

  function brancher(champ) {
    var liste = document.getElementById("recherche-resultats");
    var compte = document.getElementById("recherche-compte");

    function montrer() {
      var trouves = chercher(champ.value);
      liste.replaceChildren.apply(liste, trouves.slice(0, MAXIMUM).map(ligne));
      liste.hidden = !trouves.length;
      if (!champ.value.trim()) { compte.textContent = ""; return; }
      compte.textContent = !trouves.length ? "Aucune réponse."
        : trouves.length === 1 ? "1 réponse."
        : trouves.length + " réponses" + (trouves.length > MAXIMUM ? ", les " + MAXIMUM + " premières sont montrées." : ".");
    }

    function deplacer(evenement) {
      var liens = Array.prototype.slice.call(liste.querySelectorAll("a"));
      var place = liens.indexOf(document.activeElement);
      if (evenement.key === "ArrowDown" && liens.length) {
        liens[Math.min(place + 1, liens.length - 1)].focus();
      } else if (evenement.key === "ArrowUp" && place >= 0) {
        (place ? liens[place - 1] : champ).focus();
      } else if (evenement.key === "Enter" && document.activeElement === champ && liens.length) {
        liens[0].click();
      } else if (evenement.key === "Escape") {
        champ.value = "";
        montrer();
        champ.focus();
      } else { return; }
      evenement.preventDefault();
    }

    champ.addEventListener("input", montrer);
    champ.addEventListener("keydown", deplacer);
    liste.addEventListener("keydown", deplacer);
    if (champ.value) { montrer(); }
  }

  function defilements() {
    // Un cadre qui ne défile pas n'a pas à retenir la touche Tab.
    document.querySelectorAll(".defile").forEach(function (cadre) {
      var deborde = cadre.scrollWidth > cadre.clientWidth + 1;
      cadre.classList.toggle("deborde", deborde);
      if (deborde) {
        cadre.tabIndex = 0;
      } else { cadre.removeAttribute("tabindex"); }
    });
  }

  var champ = document.getElementById("recherche-champ");
  if (champ && window.__BILAN__) { brancher(champ); }
  if (window.matchMedia("(max-width: 30rem)").matches) {
    // Sur un petit écran l'image n'est qu'un aperçu : les valeurs se lisent dans le tableau.
    document.querySelectorAll("figure > .donnees").forEach(function (d) { d.open = true; });
  }
  defilements();
  window.addEventListener("resize", defilements);
  document.addEventListener("toggle", defilements, true);
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (d) { d.open = true; });
  });
})();
