import { render } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import { EditorSessions } from '../../../../src-renderer/editor/editor-sessions.ts'
import SqlEditor from '../../../../src-renderer/editor/SqlEditor.svelte'

// jsdom has no layout; the cursor then has no place on the screen.
Range.prototype.getClientRects = () => document.createElement('div').getClientRects()

describe('SqlEditor component', () => {
  it('keeps the editor and its focus when the tab gets another title', async () => {
    const props = {
      documentId: 'one',
      text: 'SELECT 1',
      sessions: new EditorSessions(),
      schema: null,
      fault: null,
      label: 'SQL of Untitled',
      hint: '',
      onrun: () => undefined,
      onchange: () => undefined,
    }
    const { rerender, getByTestId } = render(SqlEditor, props)
    const content = getByTestId('SqlEditor_content')
    content.focus()
    await rerender({ label: 'SQL of flights' })
    expect(getByTestId('SqlEditor_content')).toBe(content)
    expect(document.activeElement).toBe(content)
  })
})
