/* Explorer une figure : le moteur se charge à la demande, l'image fixe reste si quelque chose manque. */
(function () {
  "use strict";
  var chargements = {};
  var OPTIONS = { mode: "vega-lite", renderer: "svg", actions: false, ast: true, logLevel: 1, tooltip: { theme: "bilan" } };

  function charger(adresse) {
    if (!chargements[adresse]) {
      chargements[adresse] = new Promise(function (fini, rate) {
        var script = document.createElement("script");
        script.src = adresse;
        script.onload = fini;
        script.onerror = function () { delete chargements[adresse]; rate(new Error(adresse)); };
        document.head.appendChild(script);
      });
    }
    return chargements[adresse];
  }

  /* Rend une copie de la spécification, chaque contour à la place de son rang. */
  function completer(objet) {
    if (Array.isArray(objet)) { return objet.map(completer); }
    if (objet === null || typeof objet !== "object") { return objet; }
    var copie = {};
    Object.keys(objet).forEach(function (nom) {
      copie[nom] = nom === "geometry" && typeof objet[nom] === "number" ? window.__FONDS__[objet[nom]] : completer(objet[nom]);
    });
    return copie;
  }

  function marques(scene) {
    return Array.prototype.filter.call(scene.querySelectorAll("[aria-label]"), function (e) {
      return e.__data__ && e.getAttribute("role") === "graphics-symbol" && !e.querySelector("[aria-label]");
    });
  }

  /* Parcourir les marques : les flèches les visent l'une après l'autre et disent leur valeur. */
  function parcourir(scene, dit, figure) {
    var liste = marques(scene);
    var rang = -1;
    scene.querySelectorAll("[aria-roledescription]").forEach(function (e) { e.removeAttribute("aria-roledescription"); });

    function viser(nouveau) {
      if (liste[rang]) { liste[rang].classList.remove("vise"); }
      rang = nouveau;
      if (!liste[rang]) { dit.textContent = ""; return; }
      liste[rang].classList.add("vise");
      dit.textContent = liste[rang].getAttribute("aria-label");
    }

    scene.addEventListener("keydown", function (evenement) {
      var pas = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[evenement.key];
      if (pas && liste.length) {
        viser((rang + pas + liste.length) % liste.length);
      } else if (evenement.key === "Enter" && liste[rang] && liste[rang].__data__.href) {
        window.location.href = liste[rang].__data__.href;
      } else if (evenement.key === "Escape") {
        viser(-1);
      } else { return; }
      evenement.preventDefault();
    });
    scene.addEventListener("blur", function () { viser(-1); });
    figure.querySelectorAll("tbody tr").forEach(function (ligne) {
      var nom = ligne.cells[0].textContent.trim();
      ligne.addEventListener("mouseenter", function () {
        viser(liste.findIndex(function (e) { return e.getAttribute("aria-label").indexOf(nom + " –") === 0; }));
      });
    });
  }

  function ouvrir(bouton) {
    var figure = bouton.closest("figure");
    var cadre = figure.querySelector(".exploration");
    var scene = cadre.querySelector(".scene");
    var image = figure.querySelector(".image");
    var dit = cadre.querySelector("[role=status]");
    if (bouton.getAttribute("aria-expanded") === "true") { return basculer(false); }
    if (scene.childElementCount) { return basculer(true); }

    function basculer(explore) {
      cadre.hidden = !explore;
      image.hidden = explore;
      bouton.setAttribute("aria-expanded", String(explore));
      bouton.firstChild.textContent = explore ? "Revenir à l'image fixe" : "Explorer cette figure";
    }

    dit.textContent = "Chargement…";
    basculer(true);
    Promise.all(bouton.dataset.scripts.split(" ").map(charger)).then(function () {
      return window.vegaEmbed(scene, completer(window.__EXPLORATION__[bouton.dataset.figure]), OPTIONS);
    }).then(function () {
      dit.textContent = "";
      parcourir(scene, dit, figure);
    }).catch(function () {
      scene.replaceChildren();
      basculer(false);
      cadre.hidden = false;
      dit.textContent = "L'exploration n'a pas pu s'ouvrir : l'image fixe et le tableau restent.";
    });
  }

  document.querySelectorAll(".explorer").forEach(function (ligne) {
    ligne.hidden = false;
    ligne.querySelector("button").addEventListener("click", function () { ouvrir(this); });
  });
})();
