/* Télécharger l'image d'une fiche : le navigateur la compose avec son titre, sa lecture et sa source. */
(function () {
  "use strict";
  var premier = document.querySelector(".image svg");
  var SVG = premier ? premier.namespaceURI : "";
  var POLICE = "Liberation Sans, Arial, sans-serif";
  var BORD = 16;
  var ECHELLE = 2;
  var regle = document.createElement("canvas").getContext("2d");

  function couper(texte, largeur, taille, gras) {
    regle.font = (gras ? "700 " : "400 ") + taille + "px " + POLICE;
    return texte.replace(/[ \n\t]+/g, " ").trim().split(" ").reduce(function (lignes, mot) {
      var essai = lignes.length ? lignes[lignes.length - 1] + " " + mot : mot;
      if (lignes.length && regle.measureText(essai).width <= largeur) { lignes[lignes.length - 1] = essai; } else { lignes.push(mot); }
      return lignes;
    }, []);
  }

  function ecrire(racine, texte, haut, largeur, taille, gras, couleur) {
    return couper(texte, largeur, taille, gras).reduce(function (y, ligne) {
      var element = document.createElementNS(SVG, "text");
      var reglages = { x: BORD, y: y + taille, "font-family": POLICE, "font-size": taille, "font-weight": gras ? 700 : 400, fill: couleur };
      Object.keys(reglages).forEach(function (nom) { element.setAttribute(nom, reglages[nom]); });
      element.textContent = ligne;
      racine.appendChild(element);
      return y + taille * 1.25;
    }, haut);
  }

  function texte(figure, choix) {
    var element = figure.querySelector(choix);
    return element ? element.textContent : "";
  }

  function composer(figure) {
    var source = figure.querySelector(".image svg");
    var cadre = source.viewBox.baseVal;
    var largeur = Math.max(cadre.width, 480);
    var racine = document.createElementNS(SVG, "svg");
    var fond = document.createElementNS(SVG, "rect");
    fond.setAttribute("width", "100%");
    fond.setAttribute("height", "100%");
    fond.setAttribute("fill", "#ffffff");
    racine.appendChild(fond);
    var y = ecrire(racine, texte(figure, ".figure-titre"), BORD, largeur, 16, true, "#161616");
    y = ecrire(racine, texte(figure, "figcaption .figure-sous-titre"), y + 2, largeur, 13, false, "#666666") + 12;
    var image = source.cloneNode(true);
    image.removeAttribute("style");
    [["x", BORD], ["y", y], ["width", cadre.width], ["height", cadre.height]].forEach(function (r) { image.setAttribute(r[0], r[1]); });
    image.querySelectorAll("a").forEach(function (lien) { lien.removeAttribute("href"); });
    racine.appendChild(image);
    y += cadre.height + 10;
    figure.querySelectorAll(".notes p:not(.mots)").forEach(function (note) { y = ecrire(racine, note.textContent, y, largeur, 11, false, "#666666") + 2; });
    racine.setAttribute("width", largeur + 2 * BORD);
    racine.setAttribute("height", Math.ceil(y + BORD));
    racine.setAttribute("viewBox", "0 0 " + (largeur + 2 * BORD) + " " + Math.ceil(y + BORD));
    racine.setAttribute("role", "img");
    racine.setAttribute("aria-label", source.getAttribute("aria-label"));
    return racine;
  }

  function donner(adresse, nom) {
    var lien = document.createElement("a");
    lien.href = adresse;
    lien.download = nom;
    lien.click();
  }

  function telecharger(bouton) {
    var figure = bouton.closest("figure");
    var racine = composer(figure);
    var nom = figure.id.replace(/^fig-/, "") + "." + bouton.dataset.image;
    var adresse = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(racine));
    if (bouton.dataset.image === "svg") { donner(adresse, nom); return; }
    var image = new Image();
    image.onload = function () {
      var toile = document.createElement("canvas");
      toile.width = racine.getAttribute("width") * ECHELLE;
      toile.height = racine.getAttribute("height") * ECHELLE;
      toile.getContext("2d").drawImage(image, 0, 0, toile.width, toile.height);
      donner(toile.toDataURL("image/png"), nom);
    };
    image.src = adresse;
  }

  document.querySelectorAll(".image-a-composer").forEach(function (ligne) {
    ligne.hidden = false;
    ligne.querySelectorAll("button").forEach(function (bouton) {
      bouton.addEventListener("click", function () { telecharger(bouton); });
    });
  });
})();
