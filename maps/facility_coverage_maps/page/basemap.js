// Tiles of others behind everything, where the study asks for them. Those in GCJ-02 are shifted:
// the layer asks for the tiles of where its middle lies in GCJ-02, and draws them back here.
const ShiftedTiles = L.TileLayer.extend({
  _getTiledPixelBounds(center) {
    return L.TileLayer.prototype._getTiledPixelBounds.call(this, shiftedPlace(center));
  },
  _setZoomTransform(level, center, zoom) {
    L.TileLayer.prototype._setZoomTransform.call(this, level, shiftedPlace(center), zoom);
  },
});

function shiftedPlace(place) {
  const { lng, lat } = L.latLng(place);
  const [east, north] = gcj02(lng, lat);
  return L.latLng(north, east);
}

function buildBasemap() {
  const { urls, max_zoom, gcj02: shifted } = study.basemap;
  const Tiles = shifted ? ShiftedTiles : L.TileLayer;
  return L.layerGroup(urls.map((url) => new Tiles(url, { maxNativeZoom: max_zoom, maxZoom: 19 })));
}
