/** A chart that can be saved as a picture. */
export interface ChartPicture {
  /** PNG on the card's own ground; null where nothing is drawn yet. */
  png(): Promise<Blob | null>
}
