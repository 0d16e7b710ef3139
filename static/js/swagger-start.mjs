// Starts Swagger UI, which swagger-ui-bundle.js puts on window, for the document that the page names.

const place = document.getElementById("swagger");

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.openapi,
  deepLinking: false,
  // Tokens live as long as the tab, no longer.
  persistAuthorization: false,
  tryItOutEnabled: true,
  // The validator's badge would send the document to a host of others.
  validatorUrl: null,
  // The page has its one main region already; this is a part of it.
  onComplete() {
    place.querySelectorAll("main").forEach((part) => part.setAttribute("role", "group"));
  },
});
